"""The files that leave the program, and the label files that come back."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sedtf_core import __version__, exports, label_files, mask_files
from sedtf_core.config import DetectionConfig
from sedtf_core.errors import InputError
from sedtf_core.events import Event
from sedtf_core.labels import LABELS

EVENTS = [Event(0.096, 1.6, "Bark"), Event(1.5, 3.000001, "Violin_or_fiddle")]
BANDS_HZ = [(400.0, 2500.5), (196.0, 8000.0)]
MEL_HZ = np.linspace(80.0, 15_000.0, 64, dtype=np.float32)

Writer = Callable[[Sequence[Event]], str]
Parser = Callable[[str], list[Event]]

ROUND_TRIPS: dict[str, tuple[Writer, Parser]] = {
    "DCASE": (exports.events_to_tsv, label_files.parse_events_tsv),
    "Audacity": (exports.events_to_audacity, label_files.parse_audacity),
    "Audacity with bands": (
        lambda events: exports.events_to_audacity(events, [(50.0, 16_000.0)] * len(events)),
        label_files.parse_audacity,
    ),
    "Raven": (exports.events_to_raven, label_files.parse_raven),
}


@st.composite
def event_lists(draw: st.DrawFn) -> list[Event]:
    """Events on a grid of microseconds, in the order in which the parsers return them."""
    characters = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S"))
    labels = st.text(characters, min_size=1, max_size=12).filter(
        lambda label: label[0] not in "=+-@\uff1d\uff0b\uff0d\uff20"
    )
    spans = st.tuples(st.integers(0, 10**10), st.integers(1, 10**8), labels)
    drawn = draw(st.lists(spans, max_size=6, unique=True))
    events = [Event(start / 1e6, (start + length) / 1e6, label) for start, length, label in drawn]
    return sorted(events, key=lambda event: (event.onset, event.offset, event.label))


def random_masks(frames: int, classes: int = 3, seed: int = 0) -> NDArray[np.float32]:
    """Masks of values 0 to 1."""
    random = np.random.default_rng(seed)
    return random.random((classes, frames, 64), dtype=np.float32)


# --- Tables ---


def test_the_event_table_is_that_of_dcase() -> None:
    assert exports.events_to_tsv(EVENTS) == (
        "onset\toffset\tevent_label\n"
        "0.096\t1.600\tBark\n"
        "1.500\t3.000001\tViolin_or_fiddle\n"
    )  # fmt: skip


def test_a_recording_without_events_is_a_header() -> None:
    assert exports.events_to_tsv([]) == "onset\toffset\tevent_label\n"
    assert label_files.parse_events_tsv("onset\toffset\tevent_label\n") == []


def test_times_on_the_frame_grid_are_written_without_rounding_noise() -> None:
    # 3 * 0.032 is 0.096 and 7 * 0.032 is 0.22400000000000003 in binary.
    table = exports.events_to_tsv([Event(7 * 0.032, 21 * 0.032, "Bark")])
    assert table.splitlines()[1] == "0.224\t0.672\tBark"


def test_the_tag_table_has_a_row_a_class() -> None:
    table = exports.tags_to_tsv(np.array([0.25, 1.0], dtype=np.float32), ["Bark", "Cello"])
    assert table == "event_label\tprobability\nBark\t0.250000\nCello\t1.000000\n"


def test_the_frame_table_has_a_column_a_class_and_a_row_a_frame() -> None:
    scores = np.array([[0.0, 0.5], [1.0, 0.125]], dtype=np.float32)
    assert exports.frame_scores_to_tsv(scores, ["Bark", "Cello"], 0.032) == (
        "onset\toffset\tBark\tCello\n"
        "0.000\t0.032\t0.000000\t1.000000\n"
        "0.032\t0.064\t0.500000\t0.125000\n"
    )


def test_the_frame_table_returns_the_scores_it_was_given() -> None:
    scores = np.random.default_rng(1).random((26, 311), dtype=np.float32)
    text = exports.frame_scores_to_tsv(scores, LABELS, 0.032)
    header, *rows = (line.split("\t") for line in text.splitlines())
    table = np.array(rows, dtype=np.float64)
    assert header == ["onset", "offset", *LABELS]
    np.testing.assert_allclose(table[:, 2:].T, scores, atol=5.1e-7)
    np.testing.assert_allclose(table[1:, 0], table[:-1, 1])


def test_scores_and_labels_must_agree() -> None:
    with pytest.raises(ValueError, match="1 labels for 2 rows"):
        exports.frame_scores_to_tsv(np.zeros((2, 3), dtype=np.float32), ["Bark"], 0.032)
    with pytest.raises(ValueError, match="zip"):
        exports.tags_to_tsv(np.zeros(2, dtype=np.float32), ["Bark"])


def test_an_audacity_label_with_a_frequency_range_has_a_second_line() -> None:
    assert exports.events_to_audacity(EVENTS[:1]) == "0.096\t1.600\tBark\n"
    assert exports.events_to_audacity(EVENTS, BANDS_HZ) == (
        "0.096\t1.600\tBark\n"
        "\\\t400.000\t2500.500\n"
        "1.500\t3.000001\tViolin_or_fiddle\n"
        "\\\t196.000\t8000.000\n"
    )


def test_the_raven_table_has_ravens_columns() -> None:
    header = (
        "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\t"
        "Low Freq (Hz)\tHigh Freq (Hz)\tAnnotation\n"
    )
    assert exports.events_to_raven(EVENTS, BANDS_HZ) == (
        f"{header}"
        "1\tSpectrogram 1\t1\t0.096\t1.600\t400.000\t2500.500\tBark\n"
        "2\tSpectrogram 1\t1\t1.500\t3.000001\t196.000\t8000.000\tViolin_or_fiddle\n"
    )
    assert exports.events_to_raven(EVENTS[:1]) == (
        f"{header}1\tSpectrogram 1\t1\t0.096\t1.600\t50.000\t16000.000\tBark\n"
    )


@pytest.mark.parametrize(("write", "parse"), ROUND_TRIPS.values(), ids=ROUND_TRIPS)
@given(events=event_lists())
@example(events=[Event(0.0, 1.0, "\\"), Event(2.0, 3.0, "1.5")])
@example(events=[Event(0.0, 1.0, "Selection")])
def test_what_is_written_is_read_back(write: Writer, parse: Parser, events: list[Event]) -> None:
    assert parse(write(events)) == list(dict.fromkeys(events))
    if events:
        assert label_files.parse_labels(write(events).encode("utf-8")) == events


@pytest.mark.parametrize(("write", "parse"), ROUND_TRIPS.values(), ids=ROUND_TRIPS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_any_line_end_byte_order_mark_and_blank_line_is_read(
    write: Writer, parse: Parser, line_end: str
) -> None:
    text = "\ufeff" + write(EVENTS).replace("\n", line_end) + line_end
    assert parse(text) == EVENTS
    assert label_files.parse_labels(text.encode("utf-8")) == EVENTS


@pytest.mark.parametrize(
    "label",
    ["", " Bark", "a\tb", "a\nb", "a\rb", "a\x85b", "a\u2028b", "a\u2029b", "a\0b", "a\ud800b"],
)
def test_a_label_that_would_break_a_table_is_refused(label: str) -> None:
    for write, _ in ROUND_TRIPS.values():
        with pytest.raises(InputError, match="rename the class"):
            write([Event(0.0, 1.0, label)])
    with pytest.raises(InputError, match="rename the class"):
        exports.tags_to_tsv(np.zeros(1, dtype=np.float32), [label])
    with pytest.raises(InputError, match="rename the class"):
        exports.frame_scores_to_tsv(np.zeros((1, 1), dtype=np.float32), [label], 0.032)


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1"])
def test_a_label_that_a_spreadsheet_would_run_is_refused(label: str) -> None:
    with pytest.raises(InputError, match="begins like a formula"):
        exports.events_to_tsv([Event(0.0, 1.0, label)])


def test_a_refusal_is_one_line() -> None:
    with pytest.raises(InputError) as refusal:
        exports.events_to_tsv([Event(0.0, 1.0, "a\nb")])
    assert "\n" not in str(refusal.value)


# --- Label files of the user ---


def test_columns_are_found_by_name_and_events_come_back_sorted() -> None:
    text = "event_label\tnote\tonset\toffset\nCello\tx\t2\t3\nBark\t\t0.5\t1e0\n"
    assert label_files.parse_events_tsv(text) == [Event(0.5, 1.0, "Bark"), Event(2.0, 3.0, "Cello")]


def test_the_views_of_one_raven_selection_are_one_event() -> None:
    text = (
        "Selection\tView\tBegin Time (s)\tEnd Time (s)\tAnnotation\n"
        "1\tWaveform 1\t0.5\t1.0\tBark\n"
        "1\tSpectrogram 1\t0.5\t1.0\tBark\n"
    )
    assert label_files.parse_raven(text) == [Event(0.5, 1.0, "Bark")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the column 'onset' is missing"),
        ("\n\nonset\tevent_label\n", "line 3: the column 'offset' is missing"),
        ("onset,offset,event_label\n", "line 1: the column 'onset' is missing"),
        ("onset\toffset\tevent_label\n0\t1\n", "line 2: expected 3 cells .* got 2"),
        ("onset\toffset\tevent_label\n\n0,5\t1\tBark\n", "line 3: '0,5' is not a time in seconds"),
        ("onset\toffset\tevent_label\n0\tnan\tBark\n", "line 2: 'nan' is not a time in seconds"),
        ("onset\toffset\tevent_label\n0\tinf\tBark\n", "line 2: 'inf' is not a time in seconds"),
        ("onset\toffset\tevent_label\n2\t1\tBark\n", "line 2: .* got 2 to 1 s"),
        ("onset\toffset\tevent_label\n-1\t1\tBark\n", "line 2: .* got -1 to 1 s"),
        ("onset\toffset\tevent_label\n0\t1\t \n", "line 2: the label is empty"),
        (
            "filename\tonset\toffset\tevent_label\na.wav\t0\t1\tBark\nb.wav\t0\t1\tBark\n",
            "line 3: a second recording, 'b.wav'",
        ),
    ],
)  # fmt: skip
def test_a_wrong_event_table_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as refusal:
        label_files.parse_events_tsv(text)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (label_files.parse_audacity, "0\t1\n", "line 1: expected start, end and label"),
        (
            label_files.parse_audacity,
            "0\t1\tBark\n1\t1\tpoint\n",
            "line 2: .* a region, not a point",
        ),
        (label_files.parse_raven, "Selection\n", "line 1: the column 'Begin Time .s.' is missing"),
    ],
)
def test_a_wrong_label_track_is_refused_with_its_line(
    parse: Parser, text: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        parse(text)


def test_an_empty_audacity_track_has_no_event() -> None:
    assert label_files.parse_audacity("") == []


def test_a_labels_file_that_is_not_utf8_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match="line 2: the text is not UTF-8"):
        label_files.parse_labels("onset\toffset\tevent_label\n0\t1\tKrähe\n".encode("latin-1"))


def refusal_of(parse: Callable[..., list[Event]], content: str | bytes) -> str:
    """What a parser says against the content; nothing if it takes it."""
    try:
        events = parse(content)
    except InputError as refusal:
        return str(refusal)
    assert all(0 <= event.onset < event.offset for event in events)
    return ""


@given(st.text() | st.text(alphabet="01.\t\n-eBark\\", max_size=30))
def test_any_text_is_events_or_one_line_that_says_what_is_wrong(text: str) -> None:
    for parse in (
        label_files.parse_events_tsv,
        label_files.parse_audacity,
        label_files.parse_raven,
    ):
        assert re.fullmatch(r"|line \d+: .+", refusal_of(parse, text))


@given(st.binary())
def test_any_bytes_are_events_or_one_line_that_says_what_is_wrong(data: bytes) -> None:
    assert re.fullmatch(r"|line \d+: .+", refusal_of(label_files.parse_labels, data))


# --- JSON ---


def test_the_jams_file_is_the_one_that_the_jams_package_accepted() -> None:
    # Checked once with jams 0.3.5: jams.load(path, strict=True) reads this text without a warning,
    # and its data come back as written. Change it only together with such a check.
    text = exports.events_to_jams(EVENTS, 10.0, title="yard.wav")
    assert json.loads(text) == {
        "file_metadata": {"title": "yard.wav", "duration": 10.0, "jams_version": "0.3.5"},
        "annotations": [
            {
                "namespace": "tag_open",
                "time": 0.0,
                "duration": 10.0,
                "data": [
                    {"time": 0.096, "duration": 1.504, "value": "Bark", "confidence": None},
                    {
                        "time": 1.5,
                        "duration": 1.500001,
                        "value": "Violin_or_fiddle",
                        "confidence": None,
                    },
                ],
                "annotation_metadata": {"annotation_tools": f"sedtf_core {__version__}"},
                "sandbox": {},
            }
        ],
        "sandbox": {},
    }
    assert text.endswith("}\n")


def analysis_text(**changes: Any) -> str:
    """An analysis of two classes, with some arguments changed."""
    arguments: dict[str, Any] = {
        "file_name": "Hof, Krähe.wav",
        "duration_s": 10.0,
        "system": "gwrp",
        "checkpoint": "gwrp",
        "detection": DetectionConfig(high_threshold=0.3),
        "labels": ["Bark", "Cello"],
        "clip_probs": np.array([0.1, 0.9], dtype=np.float32),
        "events": EVENTS[:1],
    }
    return exports.analysis_to_json(**(arguments | changes))


def test_the_analysis_says_how_each_number_came_about() -> None:
    text = analysis_text()
    assert json.loads(text) == {
        "version": __version__,
        "file": "Hof, Krähe.wav",
        "duration_s": 10.0,
        "system": "gwrp",
        "checkpoint": "gwrp",
        "detection": {
            "tagging_threshold": 0.1,
            "high_threshold": 0.3,
            "low_threshold": 0.1,
            "min_event_frames": 10,
            "max_gap_frames": 10,
            "median_frames": 1,
            "drop_first": False,
            "section_s": 10.0,
        },
        "clip_probs": {"Bark": 0.1, "Cello": 0.9},
        "events": [{"onset": 0.096, "offset": 1.6, "event_label": "Bark"}],
    }
    assert "Hof, Krähe.wav" in text


def test_not_a_number_never_reaches_a_json_file() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        analysis_text(clip_probs=np.array([np.nan, 0.9], dtype=np.float32))


def test_a_file_name_that_is_not_unicode_can_still_be_saved() -> None:
    assert (
        json.loads(analysis_text(file_name="caf\udce9.wav").encode("utf-8"))["file"] == "caf?.wav"
    )


# --- Masks ---


def test_masks_come_back_from_numpy_without_pickle() -> None:
    masks = random_masks(5)
    archive = np.load(io.BytesIO(mask_files.masks_to_npz(masks, LABELS[:3], 0.032, MEL_HZ)))
    assert set(archive.files) == {"masks", "labels", "frame_hop_s", "mel_hz"}
    np.testing.assert_array_equal(archive["masks"], masks.astype(np.float16), strict=True)
    assert archive["labels"].dtype.kind == "U"
    assert tuple(archive["labels"].tolist()) == LABELS[:3]
    assert float(archive["frame_hop_s"]) == 0.032
    np.testing.assert_allclose(archive["mel_hz"], MEL_HZ)


def test_masks_and_labels_must_agree() -> None:
    with pytest.raises(ValueError, match="2 labels for 3 masks"):
        mask_files.masks_to_npz(random_masks(5), LABELS[:2], 0.032, MEL_HZ)


@pytest.mark.parametrize("blocks", [(), (0,), (7,), (3, 0, 1, 10)])
def test_a_spool_writes_the_same_bytes_as_the_whole_masks(
    tmp_path: Path, blocks: tuple[int, ...]
) -> None:
    masks = random_masks(sum(blocks))
    path = tmp_path / "masks.npz"
    with mask_files.MaskSpool(path, LABELS[:3], 0.032, MEL_HZ) as spool:
        start = 0
        for frames in blocks:
            # A view that is not contiguous, as slices of a longer array are.
            spool.append(masks[:, start : start + frames])
            start += frames
        assert not path.exists()
    assert path.read_bytes() == mask_files.masks_to_npz(masks, LABELS[:3], 0.032, MEL_HZ)
    assert [entry.name for entry in tmp_path.iterdir()] == ["masks.npz"]
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("masks.npy").compress_type == zipfile.ZIP_STORED
        assert archive.testzip() is None


def test_a_spool_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "masks.npz"
    path.write_bytes(b"before")

    def spool_until_the_decoder_fails() -> None:
        with mask_files.MaskSpool(path, LABELS[:3], 0.032, MEL_HZ) as spool:
            spool.append(random_masks(4))
            raise RuntimeError("decoder")

    with pytest.raises(RuntimeError, match="decoder"):
        spool_until_the_decoder_fails()
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["masks.npz"]


def test_a_spool_refuses_blocks_of_other_classes(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="got a block of 2 classes of 64"),
        mask_files.MaskSpool(tmp_path / "masks.npz", LABELS[:3], 0.032, MEL_HZ) as spool,
    ):
        spool.append(random_masks(4, classes=2))
    assert list(tmp_path.iterdir()) == []


# --- Archives ---


def test_the_26_labels_are_their_own_file_names() -> None:
    assert [exports.safe_name(label) for label in LABELS] == list(LABELS)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("../../etc/passwd", "etc_passwd-"),
        ("Krähe (Ruf)", "Krahe_Ruf-"),
        ("CON", "CON-"),
        ("background", "background-"),
        (".hidden", "hidden-"),
        ("-rf", "rf-"),
        ("犬", "label-"),
        ("a" * 200, "a" * 48 + "-"),
    ],
)
def test_other_labels_become_plain_names_with_a_digest(label: str, name: str) -> None:
    assert re.fullmatch(re.escape(name) + "[0-9a-f]{8}", exports.safe_name(label))


@given(st.text())
@example("bark\n")
@example("lpt9")
def test_any_label_gives_a_name_that_every_system_takes(label: str) -> None:
    name = exports.safe_name(label)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", name, flags=re.ASCII)
    assert name.lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9", "background"}
    assert name == exports.safe_name(label)


@given(st.lists(st.text(alphabet="aB-_ ä/.\n", max_size=4), unique_by=str.casefold, max_size=20))
def test_different_labels_have_different_names(labels: list[str]) -> None:
    names = {exports.safe_name(label).lower() for label in labels}
    assert len(names) == len(labels)


def test_a_label_cannot_pose_as_the_digested_name_of_another() -> None:
    digested = exports.safe_name("a/b")
    assert exports.safe_name(digested) != digested
    assert exports.safe_name(digested.upper()).lower() != digested


def test_a_zip_holds_its_files_and_is_the_same_each_time() -> None:
    files: dict[str, bytes | str] = {"stems/Bark.wav": b"\x00\x01", "events.tsv": "Krähe\n"}
    archive = exports.zip_bytes(files)
    assert archive == exports.zip_bytes(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.namelist() == ["events.tsv", "stems/Bark.wav"]
        assert opened.read("events.tsv") == "Krähe\n".encode()
        assert opened.read("stems/Bark.wav") == b"\x00\x01"
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("name", ["/etc", "../up", "a/../b", "a\\b", "C:x", "", ".", "a//b", "a/"])
def test_a_name_that_leads_out_of_the_archive_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="plain and relative"):
        exports.zip_bytes({name: b""})


def test_names_that_differ_only_in_case_are_refused() -> None:
    with pytest.raises(ValueError, match="more than case"):
        exports.zip_bytes({"Bark.wav": b"", "bark.wav": b""})
