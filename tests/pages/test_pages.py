"""Every page, opened first and alone as by its own address, and through the navigation."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from streamlit.testing.v1 import AppTest

from pages.shared import cached, clips
from pages.shared.clips import EXAMPLES
from pages.shared.state import recipe
from sedtf_core import checkpoints
from sedtf_core.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.name for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")


def open_page(name: str) -> AppTest:
    return AppTest.from_file(str(ROOT / name), default_timeout=120)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opened_alone_shows_something_and_no_error(name: str) -> None:
    page = open_page(f"pages/{name}").run()
    assert not page.exception
    assert not page.error
    assert page.title


@pytest.mark.parametrize("name", sorted({*PAGES} - {"lesson.py", "training.py"}))
def test_a_page_says_below_its_title_what_it_is_for(name: str) -> None:
    page = open_page(f"pages/{name}").run()
    kinds = [element.type for element in page.main]
    assert kinds[kinds.index("title") + 1] == "markdown"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_without_any_network_says_what_to_do_or_needs_none(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "SHIPPED", tmp_path)
    page = open_page(f"pages/{name}").run()
    assert not page.exception
    said = any("python -m train.train" in info.value for info in page.info)
    assert said or name in ("results.py", "training.py", "about.py")


def test_the_application_opens_on_a_finished_example() -> None:
    app = open_page("app.py").run()
    assert not app.exception
    assert app.title[0].value == "Explore"
    assert any("In words" in text.value for text in app.markdown)


def test_no_page_has_the_address_of_its_file() -> None:
    """Streamlit would run the file alone on a fresh server, without the navigation."""
    source = (ROOT / "app.py").read_text()
    for name in PAGES:
        assert f'"pages/{name}"' in source
        assert f'url_path="{Path(name).stem}"' not in source


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_can_be_mixed_and_has_its_events(name: str) -> None:
    mixture = cached.mixture(recipe(EXAMPLES[name]))
    assert {event.label for event in mixture.events} == set(EXAMPLES[name].classes)


def test_an_example_from_the_link_is_shown() -> None:
    page = open_page("pages/explore.py")
    page.query_params["example"] = "A thunderstorm"
    page.run()
    assert not page.exception
    assert any("A thunderstorm" in caption.value for caption in page.caption)


def test_a_synthesised_mixture_follows_its_controls() -> None:
    page = open_page("pages/explore.py")
    page.query_params["source"] = "Synthesise"
    page.run()
    assert not page.exception
    page.slider(key="snr").set_value(-20).run()
    assert any("-20 dB" in caption.value for caption in page.caption)
    page.multiselect(key="events").set_value([]).run()
    assert any("at least one event" in info.value for info in page.info)


@pytest.mark.parametrize("source", ["Upload", "Record"])
def test_an_empty_upload_says_what_to_do(source: str) -> None:
    page = open_page("pages/explore.py")
    page.query_params["source"] = source
    page.run()
    assert not page.exception
    assert page.info


def test_the_uploader_says_its_limits_and_what_to_do_beyond_them() -> None:
    page = open_page("pages/explore.py")
    page.query_params["source"] = "Upload"
    page.run()
    label = page.file_uploader(key="upload").label
    assert f"{clips.UPLOAD_LIMIT_MB} MB" in label
    assert f"{cached.LONGEST_S:g} s" in label  # as the error has it
    assert any("sedtf_core analyse" in caption.value for caption in page.caption)


def wav_bytes(waveform: np.ndarray, folder: Path) -> bytes:
    soundfile.write(folder / "x.wav", waveform, 32_000, subtype="FLOAT")
    return (folder / "x.wav").read_bytes()


def test_an_upload_is_analysed_and_nothing_is_claimed_of_its_truth(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000).astype(np.float32)
    data = wav_bytes(noise, tmp_path)
    page = open_page("pages/explore.py")
    page.query_params["source"] = "Upload"
    page.run()
    page.file_uploader(key="upload").upload("my.wav", data, "audio/wav").run()
    assert not page.exception
    assert any("not known" in text.value for text in page.markdown)


def test_of_a_silent_upload_no_class_is_said_to_be_likely(tmp_path: Path) -> None:
    page = open_page("pages/explore.py")
    page.query_params["source"] = "Upload"
    page.run()
    data = wav_bytes(np.zeros(64_000, np.float32), tmp_path)
    page.file_uploader(key="upload").upload("quiet.wav", data, "audio/wav").run()
    (words,) = (text.value for text in page.markdown if text.value.startswith("**In words.**"))
    assert words == "**In words.** Nothing sounds here: the clip is silent."


@pytest.mark.parametrize("data", [b"", b"words", b"RIFF" + bytes(100)])
def test_a_bad_upload_is_one_message_and_the_page_goes_on(data: bytes) -> None:
    page = open_page("pages/explore.py")
    page.query_params["source"] = "Upload"
    page.run()
    page.file_uploader(key="upload").upload("x.wav", data, "audio/wav").run()
    assert not page.exception
    assert len(page.error) == 1


def test_a_recording_longer_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "LONGEST_S", 1.0)
    silence = np.zeros(64_000, dtype=np.float32)
    with pytest.raises(InputError, match="1"):
        cached.recording("digest", cached.audio.encode(silence, 32_000, format="wav"))
    assert clips.UPLOAD_LIMIT_MB == 200
