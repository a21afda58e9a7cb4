"""The shipped library by measure, then the parts of its builder that need no FluidSynth.

The measures are written out here again, from the promise that the library makes, so that a fault in
the builder's own checks cannot hide one in the library.
"""

import csv
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sedtf_core.datasets import COLUMNS, SoundBank, read_sounds, require_mixable
from sedtf_core.labels import LABELS
from train import build_library
from train.library import contents, measures, playing

LIBRARY = Path(__file__).parents[2] / "assets" / "library"
RATE = 32_000


def _rows() -> list[dict[str, str]]:
    """The rows of library.csv."""
    with (LIBRARY / "library.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


ROWS = _rows()
EVENTS = [row for row in ROWS if row["kind"] == "event"]
SCENES = [row for row in ROWS if row["kind"] == "scene"]


@pytest.fixture(scope="module")
def waveforms() -> dict[str, np.ndarray]:
    """Every clip of the library, decoded, by path; all mono at the right rate."""
    decoded = {}
    for row in ROWS:
        waveform, rate = soundfile.read(LIBRARY / row["path"])
        assert (rate, waveform.ndim) == (RATE, 1), row["path"]
        decoded[row["path"]] = waveform
    return decoded


def _band_levels_db(waveform: np.ndarray) -> np.ndarray:
    """Levels of 128 bands in frames of 64 ms, dB below the clip's loudest, floored at -60."""
    frames = np.resize(waveform, (max(1, len(waveform) // 2048), 2048))
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(2048), axis=1))[:, 1:] ** 2
    bands = spectrum.reshape(len(frames), 128, -1).sum(axis=2)
    return np.maximum(10 * np.log10(bands / bands.max() + 1e-12), -60.0)


def _distance_db(one: np.ndarray, other: np.ndarray) -> float:
    """Root mean square difference of two clips' band levels, where either has a sound."""
    one, other = _band_levels_db(one), _band_levels_db(other)
    frames = min(len(one), len(other))
    one, other = one[:frames], other[:frames]
    heard = np.maximum(one, other) > -50.0
    return float(np.sqrt(np.mean((one[heard] - other[heard]) ** 2)))


# ---- what is there -------------------------------------------------------------------------------


def test_the_library_has_21_classes_of_6_clips_and_10_scenes() -> None:
    counts = {row["label"]: 0 for row in EVENTS}
    for row in EVENTS:
        counts[row["label"]] += 1
    assert len(counts) >= 21
    assert min(counts.values()) >= 6, counts
    assert len({row["label"] for row in SCENES}) >= 10


def test_every_event_label_is_a_known_class_and_no_scene_is_called_like_one() -> None:
    assert {row["label"] for row in EVENTS} <= set(LABELS)
    assert not {row["label"] for row in SCENES} & set(LABELS)


def test_the_table_lists_each_file_once_and_nothing_else() -> None:
    listed = [row["path"] for row in ROWS]
    there = {str(path.relative_to(LIBRARY)) for path in LIBRARY.rglob("*.ogg")}
    assert len(listed) == len(set(listed))
    assert set(listed) == there
    others = {path.name for path in LIBRARY.rglob("*") if path.is_file()} - {
        path.name for path in LIBRARY.rglob("*.ogg")
    }
    assert others == {"library.csv", "LICENCES.md"}


def test_the_table_has_the_columns_of_sounds_csv_and_every_field_is_filled() -> None:
    assert tuple(ROWS[0]) == COLUMNS
    for row in ROWS:
        assert all(row.values()), row
        assert row["split"] == "test"
        assert set(row["licence"].split(" and ")) <= {"MIT", "CC0"}, row


def test_every_recording_is_named_once() -> None:
    recordings = [row["recording"] for row in ROWS]
    assert len(recordings) == len(set(recordings))


def test_the_licences_page_names_every_source_and_quotes_the_fonts_licence() -> None:
    page = (LIBRARY / "LICENCES.md").read_text(encoding="utf-8")
    for source in {source for row in ROWS for source in row["source"].split(" + ")}:
        assert f"| {source} |" in page
    assert "Copyright © 2000-2002, 2008 Frank Wen" in page
    assert "The above copyright notice and this permission notice shall be" in page
    for label in set(LABELS) - {row["label"] for row in EVENTS}:
        assert label in page, f"{label} has no clip, and the page does not say so"


def test_the_library_stays_under_6_mib() -> None:
    size = sum(path.stat().st_size for path in LIBRARY.rglob("*") if path.is_file())
    assert size < 6 * 2**20


def test_the_library_is_a_folder_of_sounds_that_the_core_reads_and_mixes() -> None:
    sounds = read_sounds(LIBRARY)
    assert len(sounds) == len(ROWS)
    require_mixable(sounds, "test")
    assert len(SoundBank.open(LIBRARY).labels()) >= 21


# ---- how it sounds -------------------------------------------------------------------------------


def test_the_seconds_of_the_table_are_those_of_the_files(waveforms: dict[str, np.ndarray]) -> None:
    for row in ROWS:
        seconds = len(waveforms[row["path"]]) / RATE
        assert float(row["seconds"]) == pytest.approx(seconds, abs=1e-3), row["path"]


def test_events_last_from_a_tenth_of_a_second_to_4_s(waveforms: dict[str, np.ndarray]) -> None:
    for row in EVENTS:
        assert 0.1 <= len(waveforms[row["path"]]) / RATE <= 4.0, row["path"]


def test_events_peak_near_0_7(waveforms: dict[str, np.ndarray]) -> None:
    for row in EVENTS:
        peak = np.abs(waveforms[row["path"]]).max()
        assert peak == pytest.approx(0.7, rel=0.05), row["path"]


def test_events_begin_within_a_tenth_of_a_second(waveforms: dict[str, np.ndarray]) -> None:
    for row in EVENTS:
        level = np.abs(waveforms[row["path"]])
        assert np.argmax(level > level.max() * 10 ** (-50 / 20)) <= 0.1 * RATE, row["path"]


def test_events_end_within_a_tenth_of_a_second_of_their_sound(
    waveforms: dict[str, np.ndarray],
) -> None:
    for row in EVENTS:
        level = np.abs(waveforms[row["path"]])[::-1]
        assert np.argmax(level > level.max() * 10 ** (-50 / 20)) <= 0.1 * RATE, row["path"]


def test_scenes_last_10_s_to_the_sample(waveforms: dict[str, np.ndarray]) -> None:
    assert {len(waveforms[row["path"]]) for row in SCENES} == {10 * RATE}


def test_scenes_are_neither_clipped_nor_faint_nor_interrupted(
    waveforms: dict[str, np.ndarray],
) -> None:
    for row in SCENES:
        scene = waveforms[row["path"]]
        half_seconds = np.sqrt(np.mean(scene.reshape(20, -1) ** 2, axis=1))
        assert np.abs(scene).max() <= 0.7, row["path"]
        assert np.sqrt(np.mean(scene**2)) >= 0.03, row["path"]
        assert half_seconds.min() >= 0.03 * half_seconds.max(), row["path"]


def test_no_clip_has_an_offset_from_zero(waveforms: dict[str, np.ndarray]) -> None:
    for path, waveform in waveforms.items():
        assert abs(waveform.mean()) < 0.01, path


@pytest.mark.parametrize("label", sorted({row["label"] for row in EVENTS}))
def test_the_clips_of_a_class_differ_from_one_another(
    label: str, waveforms: dict[str, np.ndarray]
) -> None:
    paths = [row["path"] for row in EVENTS if row["label"] == label]
    for one, other in combinations(paths, 2):
        distance_db = _distance_db(waveforms[one], waveforms[other])
        longer = len(waveforms[one]) / len(waveforms[other])
        assert distance_db > 4.0 or abs(np.log(longer)) > 0.2, (one, other, distance_db)


# ---- the builder, where it needs no FluidSynth ---------------------------------------------------


def test_the_tables_make_exactly_the_shipped_clips() -> None:
    tables = (contents.INSTRUMENTS, contents.RECORDINGS)
    for label in {row["label"] for row in EVENTS}:
        phrases = sum(len(patch.phrases) for patch in tables[0].get(label, ()))
        shipped = sum(row["label"] == label for row in EVENTS)
        assert phrases + len(tables[1].get(label, ())) == shipped, label
    assert set(tables[0]) | set(tables[1]) == {row["label"] for row in EVENTS}
    assert set(contents.SCENES) == {row["label"] for row in SCENES}


def test_trimming_leaves_the_sound_and_takes_the_silence() -> None:
    tone = np.sin(np.arange(RATE) / 10)
    quiet = 1e-4 * np.ones(RATE)
    clip = playing.trim(np.concatenate((quiet, tone, quiet)))
    assert len(clip) == pytest.approx(RATE, abs=5)
    assert np.abs(clip).max() == pytest.approx(1.0, abs=1e-2)
    assert abs(clip[0]) < 1e-3 > abs(clip[-1])


def test_trimming_cuts_a_long_sound_to_4_s() -> None:
    assert len(playing.trim(np.ones(6 * RATE))) == 4 * RATE


def test_a_repeated_waveform_fills_the_time_without_a_gap() -> None:
    looped = playing.repeat(np.ones(2 * RATE), 10 * RATE)
    assert len(looped) == 10 * RATE
    np.testing.assert_allclose(looped, 1.0, atol=1e-9)


def test_a_note_ends_before_its_key_is_struck_again() -> None:
    texture = contents.SCENES["rain"][0]
    phrase = playing.draw_texture(texture, 60.0, np.random.default_rng(0))
    for key in texture.keys:
        notes = [note for note in phrase.notes if note.key == key]
        for note, following in pairwise(notes):
            assert note.onset_s + note.seconds <= following.onset_s + 1e-9


def test_a_texture_never_falls_silent() -> None:
    for layers in contents.SCENES.values():
        for layer in layers:
            if isinstance(layer, contents.Texture) and layer.hold_s > 1.4 * layer.every_s:
                notes = playing.draw_texture(layer, 30.0, np.random.default_rng(1)).notes
                ends = np.maximum.accumulate([note.onset_s + note.seconds for note in notes])
                assert all(
                    end >= following.onset_s - 1e-9
                    for end, following in zip(ends[:-1], notes[1:], strict=True)
                )


def test_the_same_seed_plays_the_same_notes_and_another_seed_other_ones() -> None:
    patch = contents.INSTRUMENTS["Cello"][0]
    phrase = patch.phrases[4]

    def played(seed: int) -> contents.Phrase:
        return playing.perform(phrase, patch, np.random.default_rng(seed))

    assert played(1) == played(1)
    assert played(1) != played(2)


def test_every_phrase_stays_within_midi_however_it_is_played() -> None:
    patches = [patch for row in contents.INSTRUMENTS.values() for patch in row]
    for seed, patch in enumerate(patches):
        for phrase in patch.phrases:
            played = playing.perform(phrase, patch, np.random.default_rng(seed))
            assert all(0 <= note.key <= 127 and 1 <= note.velocity <= 127 for note in played.notes)
            assert abs(played.bend) <= 12.0


def test_the_builder_reports_each_fault_of_an_event() -> None:
    tone = 0.7 * np.sin(np.arange(RATE) / 10)[:, None]
    silence = np.zeros((RATE // 5, 1))

    def faults(waveform: np.ndarray, rate: int = RATE) -> str:
        return "; ".join(measures.clip_faults("event", waveform, rate))

    assert faults(tone) == ""
    assert "44100 Hz" in faults(tone, 44_100)
    assert "2 channels" in faults(np.hstack((tone, tone)))
    assert "is silent" in faults(silence)
    assert "peaks at" in faults(0.5 * tone)
    assert "peaks at" in faults(1.4 * tone)
    assert "lasts" in faults(tone[: RATE // 20])
    assert "0.200 s of silence" in faults(np.vstack((silence, tone)))


def test_the_builder_reports_each_fault_of_a_scene() -> None:
    noise = np.random.default_rng(0).uniform(-0.6, 0.6, (10 * RATE, 1))
    gap = noise.copy()
    gap[: RATE // 2] = 0.0

    def faults(waveform: np.ndarray) -> str:
        return "; ".join(measures.clip_faults("scene", waveform, RATE))

    assert faults(noise) == ""
    assert "lasts" in faults(noise[:-1])
    assert "peaks at" in faults(1.5 * noise)
    assert "too quiet" in faults(0.01 * noise)
    assert "silent for half a second" in faults(gap)


def test_a_rebuild_keeps_the_bytes_of_what_sounds_the_same(tmp_path: Path) -> None:
    fresh, shipped = tmp_path / "fresh", tmp_path / "shipped"
    tone = np.sin(np.arange(RATE) / 10)
    for folder, gains in ((shipped, (0.7, 0.7)), (fresh, (0.7, 0.6))):
        for name, gain in zip(("same", "changed"), gains, strict=True):
            build_library.save_at_peak(folder / f"{name}.ogg", tone, gain)
    changed = (fresh / "changed.ogg").read_bytes()
    build_library.keep_same_sounding(fresh, shipped)
    assert (fresh / "same.ogg").read_bytes() == (shipped / "same.ogg").read_bytes()
    assert (fresh / "changed.ogg").read_bytes() == changed
