"""The page Pooling: its arithmetic against the core and torch, its claims about signs, links, the page."""

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from pages.shared.analyses import clip_analysis, clip_waveform, known_mixture
from pages.shared.clips import EXAMPLES
from pages.shared.paint.strokes import Stroke, format_strokes
from pages.shared.pooling.lab import CORE, FOLDER, SCRIPTS, example_probability
from pages.shared.pooling.payload import LabView, encode_message, encode_view, lab_view
from pages.shared.pooling.settings import PARAMETERS, POOLING_TITLES, LabSettings
from pages.shared.pooling.words import WORDS
from sedtf_core.config import PAPER_DECAY
from sedtf_core.pooling import POOLINGS
from tests.data.make_pooling_cases import pool
from tests.pages.conftest import RunJavascript

ROOT = Path(__file__).resolve().parents[2]
CASES: dict[str, Any] = json.loads((ROOT / "tests/data/pooling_cases.json").read_text("utf-8"))
CLIP = next(iter(EXAMPLES.values()))

COMPUTE_CASES = """
const cases = %s;
const level = Float64Array.from(cases.level);
const growth = growthOrder(cases.frames, cases.bands, cases.example);
const pooled = Object.fromEntries(Object.entries(cases.masks).map(([title, { units, cases }]) => {
  const mask = sortMask(Float64Array.from(units));
  return [title, cases.map(({ name, parameter }) => {
    const { value, gradient } = poolMask(name, mask, parameter, level);
    const byUnit = new Array(units.length);
    mask.order.forEach((unit, rank) => (byUnit[unit] = gradient[rank]));
    return { value, gradient: byUnit };
  })];
}));
const needed = cases.needed.map(([name, height, parameter]) =>
  areaNeeded(name, height, parameter, level.length, growingAttention(growth, level, parameter)));
const rectangles = cases.masks.rectangle.cases.map(({ name, parameter }) =>
  rectangleValue(name, 30, level.length, 0.7, parameter, growingAttention(growth, level, parameter)));
console.log(JSON.stringify({ pooled, needed, rectangles, growth: Array.from(growth) }));
"""


@pytest.fixture(scope="module")
def computed(run_javascript: RunJavascript) -> Any:
    return run_javascript(CORE, COMPUTE_CASES % json.dumps(CASES))


@pytest.fixture(scope="module")
def view() -> LabView:
    analyses = [clip_analysis(CLIP, system) for system in ("gmp", "gap", "gwrp")]
    return lab_view(clip_waveform(CLIP), analyses, known_mixture(CLIP), CLIP.classes)


def test_a_painted_mask_is_one_to_choose_and_others_have_none() -> None:
    analyses = [clip_analysis(CLIP, "gwrp")]
    given = clip_waveform(CLIP), analyses, known_mixture(CLIP), CLIP.classes
    stroke = format_strokes([Stroke("box", 10, ((10, 5), (19, 14)))])
    painted = lab_view(*given, {"Trumpet": stroke})
    areas = [float(mask.sum()) for mask in painted.masks["painted"]]
    assert areas == [100.0 if label == "Trumpet" else 0.0 for label in painted.labels]
    assert "painted" not in lab_view(*given, {"Harmonica": stroke}).masks
    assert "painted" not in lab_view(*given).masks


@pytest.mark.parametrize("title", CASES["masks"])
def test_the_browser_pools_as_the_core_does_and_its_gradients_are_torchs(
    computed: Any, title: str
) -> None:
    expected = CASES["masks"][title]["cases"]
    for found, case in zip(computed["pooled"][title], expected, strict=True):
        what = f"{case['name']} {case['parameter']} of {title}"
        assert found["value"] == pytest.approx(case["value"], abs=1e-6), what
        np.testing.assert_allclose(found["gradient"], case["gradient"], atol=1e-6, err_msg=what)


def test_the_cases_are_still_what_the_core_says() -> None:
    level = torch.tensor(CASES["level"], dtype=torch.float64).reshape(CASES["frames"], -1)
    for mask in CASES["masks"].values():
        units = torch.tensor(mask["units"], dtype=torch.float64).reshape(level.shape)
        for case in mask["cases"]:
            value = pool(case["name"], units, case["parameter"], level).item()
            assert value == pytest.approx(case["value"], abs=1e-9)
        assert {case["name"] for case in mask["cases"]} == set(POOLINGS)


def test_the_area_needed_is_the_smallest_rectangle_that_the_core_pools_to_a_half(
    computed: Any,
) -> None:
    assert computed["growth"] == CASES["growth"]
    assert computed["needed"] == [expected for *_, expected in CASES["needed"]]
    assert None in computed["needed"]
    assert any(n is not None and 1 < n < len(CASES["growth"]) for n in computed["needed"])


def test_a_rectangles_value_without_its_units_is_the_cores(computed: Any) -> None:
    expected = [case["value"] for case in CASES["masks"]["rectangle"]["cases"]]
    np.testing.assert_allclose(computed["rectangles"], expected, atol=1e-6)


def test_a_rectangle_of_the_examples_size_has_its_frames_and_bands(
    run_javascript: RunJavascript,
) -> None:
    size, spread, sorted_well = run_javascript(
        CORE,
        """
        const growth = growthOrder(311, 64, [62, 20]);
        const mask = rectangleMask(growth, 1240 / 19904, 0.8);
        const lit = [...mask.units.keys()].filter((unit) => mask.units[unit] === 0.8);
        const across = (values) => new Set(values).size;
        const spread = [across(lit.map((u) => Math.floor(u / 64))), across(lit.map((u) => u % 64))];
        const sorted = Array.from(mask.order).every((u, j) => mask.units[u] === mask.sorted[j]);
        console.log(JSON.stringify([lit.length, spread, sorted]));
        """,
    )
    assert (size, spread, sorted_well) == (1240, [62, 20], True)


def test_pooling_a_whole_plane_stays_far_below_the_time_of_a_frame(
    run_javascript: RunJavascript,
) -> None:
    slowest = run_javascript(
        CORE,
        """
        const units = Float32Array.from({ length: 19904 }, (_, i) => ((i * 7919) % 19904) / 19904);
        const mask = sortMask(units);
        const names = ["gmp", "gap", "gwrp", "linear_softmax", "power", "auto", "top_k", "attention"];
        const times = names.map((name) => {
          const runs = [1, 2, 3, 4, 5].map(() => {
            const start = performance.now();
            poolMask(name, mask, 0.9, units);
            return performance.now() - start;
          });
          return Math.min(...runs);
        });
        console.log(JSON.stringify(Math.max(...times)));
        """,
    )
    assert slowest < 25


def gradient_of(name: str, mask: torch.Tensor, parameter: float | None) -> tuple[Any, float]:
    """Torch's gradient, and the pooled probability."""
    units = mask.clone().requires_grad_()
    value = pool(name, units, parameter, torch.zeros_like(mask))
    (gradient,) = torch.autograd.grad(value, units)
    return gradient.numpy(), value.item()


@pytest.mark.parametrize("name", POOLINGS)
def test_the_claims_about_changes_of_sign_are_torchs_gradients(name: str) -> None:
    generator = torch.Generator().manual_seed(1)
    mask = torch.rand((20, 10), generator=generator, dtype=torch.float64) ** 3 + 1e-3
    never = WORDS[name].sign.startswith(("Never", "In the mask never"))
    parameters: tuple[float | None, ...] = (None,)
    if name in PARAMETERS:
        usual, high = PARAMETERS[name].usual, PARAMETERS[name].high
        parameters = (usual, high)
    for parameter in parameters:
        gradient, p = gradient_of(name, mask, parameter)
        below = {
            "linear_softmax": lambda _, p: p / 2,
            "power": lambda n, p: p * n / (n + 1),
            "auto": lambda alpha, p: p - 1 / alpha,
        }
        limit = below[name](parameter, p) if name in below else 0.0
        negative = gradient < -1e-15
        assert (negative == (mask.numpy() < limit - 1e-9))[np.abs(gradient) > 1e-15].all()
        assert not (never and negative.any())
    assert never or negative.any(), "at the largest parameter some unit is pushed down"


def test_the_factor_that_the_page_names_beside_its_gradient_is_the_sigmoids() -> None:
    page = (FOLDER / "pooling.html").read_text("utf-8")
    assert "∂p/∂y" in page
    assert "∂p/∂z, has the further factor y(1 − y)" in page
    logits = torch.linspace(-4, 4, 20, dtype=torch.float64).reshape(4, 5).requires_grad_()
    mask = torch.sigmoid(logits)
    (by_logit,) = torch.autograd.grad(pool("gwrp", mask, 0.9, torch.zeros(4, 5)), logits)
    mask = mask.detach()
    by_unit, _ = gradient_of("gwrp", mask, 0.9)
    torch.testing.assert_close(by_logit, torch.from_numpy(by_unit) * mask * (1 - mask))


CHOOSE = """
const view = {
  classes: [{ label: "Bark" }],
  masks: ["gmp", "gap", "gwrp", "ideal"].map((kind) => ({ kind })),
  poolings: ["gmp", "gap", "gwrp", "top_k"].map((name) => ({ name, parameter: null })),
};
const settings = { label: "", parameter: null, area: 0.1, height: 1, ...%s };
const after = (choices, changes) => changedChoices(choices, changes, view);
const { mask, pooling } = %s.reduce(after, firstChoices(settings, view));
console.log(JSON.stringify([mask, pooling]));
"""


@pytest.mark.parametrize(
    ("link", "changes", "then"),
    [
        ({}, [{"mask": "gmp"}], ["gmp", "gmp"]),
        ({}, [{"mask": "gap"}, {"mask": "gwrp"}], ["gwrp", "gwrp"]),
        ({}, [{"mask": "gap"}, {"mask": "ideal"}], ["ideal", "gap"]),
        ({}, [{"pooling": "gwrp"}, {"mask": "gmp"}], ["gmp", "gwrp"]),
        ({}, [{"parameters": {}}, {"mask": "gmp"}], ["gmp", "gwrp"]),
        ({"mask": "gmp"}, [], ["gmp", "gwrp"]),
        ({"mask": "gmp"}, [{"mask": "gap"}], ["gap", "gwrp"]),
        ({"mask": "gmp", "pooling": "gmp"}, [{"mask": "gap"}], ["gap", "gap"]),
        ({"pooling": "top_k"}, [{"mask": "gap"}], ["gap", "top_k"]),
    ],
)
def test_a_mask_brings_its_own_pooling_until_one_has_been_chosen(
    run_javascript: RunJavascript, link: dict[str, str], changes: list[Any], then: list[str]
) -> None:
    settings = {"mask": "gwrp", "pooling": "gwrp"} | link
    script = CHOOSE % (json.dumps(settings), json.dumps(changes))
    assert run_javascript([FOLDER / "choices.js"], script) == then


def test_attention_changes_sign_in_its_logits_where_a_unit_equals_the_probability() -> None:
    generator = torch.Generator().manual_seed(2)
    mask = torch.rand((6, 5), generator=generator, dtype=torch.float64)
    logits = torch.randn((6, 5), generator=generator, dtype=torch.float64).requires_grad_()
    value = POOLINGS["attention"](mask, logits)
    (gradient,) = torch.autograd.grad(value, logits)
    assert torch.equal(gradient > 0, mask > value)


def test_every_pooling_of_the_core_is_in_the_lab_with_words_and_a_title() -> None:
    assert set(POOLINGS) == set(POOLING_TITLES) == set(WORDS)
    assert all(words.source and words.sign for words in WORDS.values())


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_sliders_ends_marks_and_usual_value_are_exact_and_steps_come_back(
    run_javascript: RunJavascript, name: str
) -> None:
    its = PARAMETERS[name]
    values = [its.low, its.high, its.usual, *(value for value, _ in its.marks)]
    exact, steps = run_javascript(
        CORE,
        f"""
        const scale = parameterScale({json.dumps({
            "scale": its.scale, "low": its.low, "high": its.high, "usual": its.usual, "marks": its.marks,
        })});
        const exact = {json.dumps(values)}.map((value) => scale.toValue(scale.toStep(value)));
        const steps = Array.from({{ length: scale.steps + 1 }}, (_, step) =>
          scale.toStep(scale.toValue(step)) - step);
        console.log(JSON.stringify([exact, steps]));
        """,
    )  # fmt: skip
    assert exact == values
    assert steps == [0] * len(steps)


def test_the_paper_s_example_pools_low() -> None:
    assert example_probability() == pytest.approx(0.22, abs=0.005)


def test_the_view_begins_with_the_clips_first_class_and_pools_to_the_clip_probability(
    view: LabView, run_javascript: RunJavascript
) -> None:
    assert view.labels[0] == CLIP.classes[0]
    analysis = clip_analysis(CLIP, "gwrp")
    data = encode_message(encode_view(view), LabSettings())
    label, shown = run_javascript(
        SCRIPTS,
        f"""
        const bytes = Uint8Array.from(Buffer.from("{data.hex()}", "hex"));
        const {{ settings, body }} = splitLabMessage(bytes);
        const view = await unpackLab(body);
        const choices = firstChoices(settings, view);
        const mask = sortMask(view.planes[choices.mask][0]);
        const {{ value }} = poolMask(choices.pooling, mask, choices.parameters.gwrp, view.level);
        console.log(JSON.stringify([choices.label, value]));
        """,
    )
    assert label == CLIP.classes[0]
    assert shown == pytest.approx(
        float(analysis.clip_probs[analysis.labels.index(label)]), abs=1e-6
    )


def test_a_recordings_view_has_no_ideal_mask(view: LabView) -> None:
    analyses = [clip_analysis(CLIP, "gwrp")]
    unknown = lab_view(clip_waveform(CLIP), analyses, None)
    assert set(unknown.masks) == {"gwrp"}
    assert set(view.masks) == {"gmp", "gap", "gwrp", "ideal"}
    assert zlib.decompress(encode_view(unknown))


def test_the_curves_area_is_the_probability_on_both_linear_axes(
    run_javascript: RunJavascript,
) -> None:
    by_rank, by_weight, value = run_javascript(
        SCRIPTS,
        """
        const mask = sortMask(Float64Array.from({ length: 3000 }, (_, i) => ((i * 37) % 3000) / 3000));
        const { value, weights } = poolMask("gwrp", mask, 0.999, null);
        const total = (values) => values.reduce((sum, each) => sum + each, 0);
        const share = (axis) => {
          const columns = curveColumns(axis, mask.sorted, weights, 400);
          return total(columns.products) / total(columns.weights);
        };
        console.log(JSON.stringify([share("rank"), share("weight"), value]));
        """,
    )
    assert by_rank == pytest.approx(value, abs=1e-6)
    assert by_weight == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        LabSettings(),
        LabSettings("Bark", "rectangle", "gwrp", 0.99, 0.25, 0.5),
        LabSettings("A, b", "ideal", "gap"),
    ],
)
def test_a_link_brings_the_set_up_back(settings: LabSettings) -> None:
    again = LabSettings.from_text(settings.to_text())
    assert again.area == pytest.approx(settings.area, abs=1e-6)
    assert again.to_text() == settings.to_text()


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "Bark,gwrp,gwrp,1.5,0.1,1", "Bark,gwrp,gwrp,nan,0.1,1", "Bark,gwrp,gap,1,0.1,1",
        "Bark,gwrp,gwrp,0.5,2,1", "Bark,gwrp,gwrp,0.5,0.1,inf", "Bark,none,gwrp,0.5,0.1,1",
        "Bark,gwrp,x,,0,1",
    ],
)  # fmt: skip
def test_a_broken_link_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"unpack|convert|invalid literal|not a set-up"):
        LabSettings.from_text(text)


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages/pooling.py"), default_timeout=120)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def texts(page: AppTest) -> str:
    return " ".join(str(each.value) for each in [*page.markdown, *page.caption, *page.latex])


def test_the_page_opens_with_the_computed_example_and_the_formula_of_gwrp() -> None:
    page = open_page()
    assert not page.exception
    assert page.title[0].value == "Pooling"
    assert f"{example_probability():.2f}" in texts(page)
    assert any("r^{" in each.value for each in page.latex)
    assert str(PAPER_DECAY) in texts(page)


def test_the_formula_follows_the_pooling_in_the_link() -> None:
    page = open_page(lab="Bark,gwrp,attention,2,0.1,1")
    assert not page.exception
    assert "stands in for it" in texts(page)


def test_a_link_brings_a_painted_mask_to_the_lab() -> None:
    stroke = format_strokes([Stroke("box", 10, ((10, 5), (19, 14)))])
    page = open_page(lab="Bark,painted,gap,,0.0623,1", mask=stroke).run()
    assert not page.exception
    assert list(page.session_state["paint:kept"].values()) == [stroke]
    assert page.query_params["mask"] in (stroke, [stroke])


def test_strokes_that_cannot_be_drawn_make_an_empty_mask() -> None:
    page = open_page(lab="Bark,painted,gap,,0.0623,1", mask="not strokes").run()
    assert not page.exception


def test_a_broken_link_still_opens_the_page() -> None:
    page = open_page(lab="x,y,z")
    assert not page.exception
    assert any("r^{" in each.value for each in page.latex)
