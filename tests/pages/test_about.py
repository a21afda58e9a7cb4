"""The About page: a picture for each step of the method, in the theme's colours, with its words."""

import io
from pathlib import Path

import numpy as np
from matplotlib.image import imread
from streamlit.testing.v1 import AppTest

from pages.shared.about import STEPS
from pages.shared.cached import shipped_metadata
from pages.shared.lesson.cached import lesson_facts, method_in_pictures
from pages.shared.numbers import thousands
from sedtf_core.labels import label_colour

ROOT = Path(__file__).resolve().parents[2]


def test_each_step_of_the_method_has_its_picture_and_its_words() -> None:
    page = AppTest.from_file(str(ROOT / "pages" / "about.py"), default_timeout=120).run()
    assert not page.exception
    words = "\n".join(element.value for element in page.markdown)
    assert list(method_in_pictures("light")) == list(STEPS)
    for name, (text, alt) in STEPS.items():
        assert f"**{name}**" in words and text in words and alt


def test_every_command_that_trained_a_checkpoint_is_shown_in_full() -> None:
    page = AppTest.from_file(str(ROOT / "pages" / "about.py"), default_timeout=120).run()
    shown = "\n".join(code.value for code in page.code)
    for metadata in shipped_metadata().values():
        for run in metadata.runs:
            assert run["command"] in shown
    assert "Trained with" not in page.dataframe[0].value
    steps = [thousands(m.trained_steps) for m in shipped_metadata().values()]
    assert page.dataframe[0].value["Steps"].tolist() == steps


def test_the_pictures_follow_the_theme_and_show_the_class_in_its_colour() -> None:
    light, dark = method_in_pictures("light"), method_in_pictures("dark")
    hexadecimal = label_colour(lesson_facts().event.label).lstrip("#")
    colour = np.array([int(hexadecimal[k : k + 2], 16) for k in (0, 2, 4)]) / 255
    for name in STEPS:
        pixels = {
            theme: imread(io.BytesIO(png)) for theme, png in (("l", light[name]), ("d", dark[name]))
        }
        corners = {theme: image[0, 0, :3].mean() for theme, image in pixels.items()}
        assert corners["l"] > 0.95 and corners["d"] < 0.15
        distance = np.abs(pixels["l"][..., :3] - colour).max(axis=-1)
        assert (distance < 0.02).any() == (name != "Log mel")
