"""What all charts have in common: text that can be read in both themes, and a picture as PNG or SVG."""

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.charts import FORMATS, GREY, INKS, TEXT, legible, picture_config
from pages.shared.clips import EXAMPLES
from pages.shared.event_lanes import lanes_figure
from pages.shared.event_scores import precision_recall_figure
from pages.shared.listen import class_levels, waterfall
from pages.shared.results.figures import class_figure, mean_figure
from pages.shared.results.tables import Mean, Table
from tests.test_tooling import THEMES, contrast


def charts() -> dict[str, go.Figure]:
    means = [Mean(0.0, "gwrp", "F1", 0.4, 0.3, 0.5, 0.5)]
    return {
        "lanes": lanes_figure({"Truth": []}, 10.0),
        "curve": precision_recall_figure([], []),
        "waterfall": waterfall(class_levels(next(iter(EXAMPLES.values())), ("gwrp",))[0]),
        "means": mean_figure(means, Table("", "", ())),
        "classes": class_figure({"GWRP": {"Bark": 0.5}}),
    }


@pytest.mark.parametrize("theme", INKS)
def test_the_ink_is_legible_in_its_theme_and_readable_until_another_is_known(theme: str) -> None:
    for other, colours in THEMES.items():
        least = 4.5 if other == theme else 3
        assert contrast(INKS[theme], colours["backgroundColor"]) >= least


@pytest.mark.parametrize("theme", TEXT)
def test_text_is_the_theme_s_and_grey_is_seen_in_both(theme: str) -> None:
    assert TEXT[theme] == THEMES[theme]["textColor"]
    assert contrast(GREY, THEMES[theme]["backgroundColor"]) >= 3


def test_all_text_of_every_chart_is_in_the_ink() -> None:
    for name, figure in charts().items():
        layout = figure.layout
        fonts = [layout.font, layout.legend.font, layout.hoverlabel.font]
        axes = [*figure.select_xaxes(), *figure.select_yaxes()]
        fonts += [font for axis in axes for font in (axis.tickfont, axis.title.font)]
        assert axes and {font.color for font in fonts} == {INKS["light"]}, name
        # Headings of panels inherit it.
        assert all(note.font.color is None for note in layout.annotations), name


def test_the_ink_leaves_names_of_axes_as_they_are() -> None:
    figure = go.Figure(layout={"xaxis": {"title": "Time (s)"}})
    assert legible(figure).layout.xaxis.title.text == "Time (s)"


@pytest.mark.parametrize("kind", FORMATS)
def test_the_camera_saves_what_was_chosen(kind: str) -> None:
    config = picture_config("waterfall", kind)
    assert config["displayModeBar"] is True
    assert config["modeBarButtons"] == [["toImage"]]
    options = config["toImageButtonOptions"]
    assert options["format"] == kind.lower()
    assert options["filename"] == "waterfall"


def test_another_kind_of_picture_can_be_chosen() -> None:
    def page() -> None:
        import plotly.graph_objects as go

        from pages.shared.charts import show_chart

        show_chart(go.Figure(), "some_chart")

    app = AppTest.from_function(page).run()
    for kind in FORMATS:
        app.segmented_control(key="some_chart_picture").set_value(kind).run()
        assert not app.exception
        assert f'"{kind.lower()}"' in app.get("plotly_chart")[0].proto.config
