"""What can be taken away from a clip: the files, their levels, and that nothing is made unasked."""

import io
import json
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.shared import take_away, take_away_panel
from pages.shared.analyses import clip_analysis, clip_waveform, known_mixture
from pages.shared.cached import digest
from pages.shared.clips import EXAMPLES, Recording
from pages.shared.figures import FIGURES, FigureOrder, classes_to_draw, draw, figure_files
from pages.shared.levels import shared_gain
from pages.shared.take_away import (
    Order,
    all_files,
    event_files,
    sound_files,
    sounds,
)
from sedtf_core import audio, exports, label_files
from sedtf_core.config import SAMPLE_RATE, DetectionConfig
from sedtf_core.mixing import Recipe

CLIP = next(iter(EXAMPLES.values()))


@pytest.fixture(scope="module")
def files() -> dict[str, bytes | str]:
    return all_files(Order(CLIP, "gwrp"))


def svg_text(data: bytes) -> str:
    return " ".join(ElementTree.fromstring(data).itertext())


def recording() -> Recording:
    noise = np.random.default_rng(0).normal(0, 0.1, 3 * SAMPLE_RATE).astype(np.float32)
    data = audio.encode(noise, SAMPLE_RATE)
    return Recording(digest(data), "my sound.wav", 1.0, 2.0, data)


def read(data: bytes | str) -> np.ndarray:
    assert isinstance(data, bytes)
    return soundfile.read(io.BytesIO(data), dtype="float32")[0]


def text(data: bytes | str) -> str:
    assert isinstance(data, str)
    return data


def test_every_table_format_holds_the_events_of_the_analysis(files: dict[str, bytes | str]) -> None:
    found = clip_analysis(CLIP, "gwrp").events
    assert found
    for name in ("events.tsv", "events_audacity.txt", "events_raven.txt"):
        back = label_files.parse_labels(text(files[name]).encode())
        assert [event.label for event in back] == [event.label for event in found]
        assert [e.onset for e in back] == pytest.approx([e.onset for e in found], abs=1e-6)
    jams = json.loads(text(files["events.jams"]))
    assert len(jams["annotations"][0]["data"]) == len(found)


def test_the_recipe_mixes_the_same_clip_again(files: dict[str, bytes | str]) -> None:
    recipe = json.loads(text(files["recipe.json"]))
    mixture = known_mixture(CLIP)
    assert mixture is not None
    assert Recipe.from_dict(recipe["mixture"]) == mixture.recipe
    assert recipe["system"] == "gwrp"
    assert recipe["audio"] == {"format": "wav", "gain": 1.0}


def test_float_stems_are_unscaled_and_add_up_to_the_mixture(files: dict[str, bytes | str]) -> None:
    stems = [read(data) for name, data in files.items() if name.startswith("stems/")]
    assert len(stems) > 1
    np.testing.assert_array_equal(read(files["mixture.wav"]), clip_waveform(CLIP))
    np.testing.assert_allclose(sum(stems), read(files["mixture.wav"]), atol=1e-5)


def test_true_sources_and_scene_add_up_to_the_mixture(files: dict[str, bytes | str]) -> None:
    sources = [read(data) for name, data in files.items() if name.startswith("sources/")]
    np.testing.assert_allclose(
        sum(sources) + read(files["scene.wav"]), read(files["mixture.wav"]), atol=1e-6
    )


def test_flac_files_share_one_gain_and_none_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    mixture = clip_waveform(CLIP)
    loud = {"mixture": mixture, "stems/a": 2 * mixture, "stems/b": mixture / 8}
    monkeypatch.setattr(take_away, "sounds", lambda order: loud)
    encoded = sound_files(Order(CLIP, "gwrp", audio_format="flac"))
    gain = shared_gain(list(loud.values()))
    assert gain == pytest.approx(0.99 / (2 * np.abs(mixture).max()))
    for name, waveform in loud.items():
        np.testing.assert_allclose(read(encoded[f"{name}.flac"]), gain * waveform, atol=1e-6)


def test_the_gain_never_makes_anything_louder() -> None:
    assert shared_gain([np.full(4, 0.1, np.float32)]) == 1.0
    assert shared_gain([np.zeros(4, np.float32)]) == 1.0
    assert shared_gain([]) == 1.0


def test_the_archive_is_the_same_each_time_and_masks_are_those_of_the_analysis() -> None:
    archives = [exports.zip_bytes(all_files(Order(CLIP, "gmp"))) for _ in range(2)]
    assert archives[0] == archives[1]
    with zipfile.ZipFile(io.BytesIO(archives[0])) as archive:
        masks = np.load(io.BytesIO(archive.read("masks.npz")))["masks"]
        assert {"recipe.json", "truth.tsv", "analysis.json", "tags.tsv"} <= set(archive.namelist())
    expected = clip_analysis(CLIP, "gmp").masks
    assert expected is not None
    np.testing.assert_array_equal(masks, expected.astype(np.float16))


def test_a_recording_is_described_but_its_truth_is_not_claimed() -> None:
    clip = recording()
    files = all_files(Order(clip, "gwrp", audio_format="flac"))
    assert "truth.tsv" not in files
    assert not any(name.startswith("sources/") for name in files)
    recipe = json.loads(text(files["recipe.json"]))
    assert recipe["recording"] == {
        "name": "my sound.wav", "sha256": clip.digest, "start_s": 1.0, "seconds": 2.0,
    }  # fmt: skip
    assert len(sounds(Order(clip, "gwrp"))["mixture"]) == 2 * SAMPLE_RATE


def test_files_follow_the_operating_point() -> None:
    strict = DetectionConfig(tagging_threshold=1.0)
    assert event_files(Order(CLIP, "gwrp", strict))["events.tsv"] == exports.events_to_tsv([])
    assert set(sounds(Order(CLIP, "gwrp", strict))) >= {"mixture", "stems/background", "scene"}


def test_the_operating_point_of_the_analysis_leaves_its_events_as_they_are() -> None:
    analysis = clip_analysis(CLIP, "gwrp")
    again = analysis.at(analysis.detection)
    assert again.events == analysis.events
    np.testing.assert_array_equal(again.detected, analysis.detected)


def panel() -> None:
    from pages.shared.clips import EXAMPLES
    from pages.shared.take_away_panel import show_take_away

    show_take_away(next(iter(EXAMPLES.values())), ("gmp", "gwrp"))


def test_drawing_the_panel_makes_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("made before it was asked for")

    for name in ("event_files", "score_files", "mask_files", "sound_files", "all_files", "draw"):
        monkeypatch.setattr(take_away_panel, name, refuse)
    app = AppTest.from_function(panel, default_timeout=60).run()
    app.button(key="take_away").click().run()
    assert not app.exception
    assert len(app.get("download_button")) == 11


def test_a_closed_panel_draws_no_choice() -> None:
    app = AppTest.from_function(panel, default_timeout=60).run()
    assert not app.exception
    assert not app.get("download_button")
    assert not app.selectbox


@pytest.fixture(scope="module")
def figures() -> dict[str, bytes]:
    return figure_files(FigureOrder(CLIP, ("gap", "gwrp"), "Bark"))


def test_every_figure_is_there_as_a_picture_and_as_a_drawing(figures: dict[str, bytes]) -> None:
    stems = {"log_mel", "masks_Bark", "frame_scores", "events"}
    assert set(figures) == {f"figures/{stem}.{kind}" for stem in stems for kind in ("png", "svg")}
    for name, data in figures.items():
        if name.endswith("png"):
            with Image.open(io.BytesIO(data)) as picture:
                picture.load()
                assert picture.size[0] == 1600
                assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
        else:
            assert ElementTree.fromstring(data).tag.endswith("svg")


def test_drawings_hold_the_names_of_class_and_systems_as_text(figures: dict[str, bytes]) -> None:
    masks = svg_text(figures["figures/masks_Bark.svg"])
    for words in ("Bark, ideal ratio mask", "Bark, GAP mask", "Bark, GWRP mask"):
        assert words in masks
    assert "GMP" not in masks
    for name in ("frame_scores", "events"):
        words = svg_text(figures[f"figures/{name}.svg"])
        assert "Bark" in words and "GAP" in words and "GWRP" in words
    assert "Truth" in svg_text(figures["figures/events.svg"])


def test_a_mask_figure_shows_the_masks_of_the_analysis() -> None:
    panels = draw(FigureOrder(CLIP, ("gap", "gwrp"), "Bark"), "masks").axes
    analysis = clip_analysis(CLIP, "gwrp")
    assert analysis.masks is not None
    shown = panels[-1].images[-1].get_array()
    np.testing.assert_array_equal(shown, analysis.masks[analysis.labels.index("Bark")].T)


def test_figures_follow_the_operating_point() -> None:
    strict = DetectionConfig(high_threshold=0.97, tagging_threshold=1.0)
    order = FigureOrder(CLIP, ("gwrp",), "Bark", strict)
    texts = [text.get_text() for text in draw(order, "frame_scores").axes[0].get_legend().texts]
    assert "Start 0.97" in texts
    truth, detected = draw(order, "events").axes
    assert len(truth.collections) == len(CLIP.classes)
    assert [text.get_text() for text in detected.texts] == ["No event"]


def test_a_recording_has_figures_without_a_truth() -> None:
    clip = recording()
    (label, *_) = classes_to_draw(clip, ("gwrp",))
    order = FigureOrder(clip, ("gwrp",), label)
    assert len(draw(order, "masks").axes) == 1
    assert set(FIGURES) == {"log_mel", "masks", "frame_scores", "events"}
    assert "Truth" not in svg_text(figure_files(order)["figures/events.svg"])


def test_figures_are_in_the_archive_where_they_are_wanted(files: dict[str, bytes | str]) -> None:
    assert not any(name.startswith("figures/") for name in files)
    order = Order(CLIP, "gwrp", figures=FigureOrder(CLIP, ("gwrp",), "Bark"))
    assert "figures/masks_Bark.svg" in all_files(order)
