"""The page Training: the toy's arithmetic against torch, what it learns, and the real runs' snapshots."""

import base64
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from pages.shared.areas import EventAreas
from pages.shared.browser.component import SHARED
from pages.shared.cached import SNAPSHOTS, slow_motion_event, slow_motion_ideals, trained_steps
from pages.shared.numbers import thousands
from pages.shared.training.slow_motion.findings import (
    learnt_on_in_words,
    loss_in_words,
    outcome_in_words,
    telling_clip,
    telling_event,
)
from pages.shared.training.slow_motion.runs import Snapshots, load_snapshots, mask_figures
from pages.shared.training.slow_motion.slow_motion import FOLDER
from pages.shared.training.toy.toy import CORE as TOY_CORE
from pages.shared.training.toy.toy import PAPER_LIKE_DECAY, ToySettings
from pages.shared.views import TITLES
from sedtf_core.checkpoints import SHIPPED, read_metadata
from sedtf_core.labels import display_name
from sedtf_core.pooling import POOLINGS
from tests.pages.conftest import RunJavascript

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "pages" / "training.py"
CASES: dict[str, Any] = json.loads((ROOT / "tests/data/toy_cases.json").read_text("utf-8"))

STEPS_OF_EACH_POOLING = """
const cases = %s;
const bags = cases.bags.map((units, i) => ({ units, label: cases.labels[i] }));
const results = { size: PARAMETERS, masks: bags.map((bag) =>
  Array.from(forward(Float64Array.from(cases.parameters), bag.units).mask)) };
for (const [name, { pool }] of Object.entries(TOY_POOLINGS)) {
  const parameters = Float64Array.from(cases.parameters);
  const moments = firstMoments();
  const rank = (mask) => pool(mask, cases.decay);
  const probs = bags.map((bag) => rank(forward(parameters, bag.units).mask).value);
  const { loss, gradients } = lossAndGradient(parameters, bags, rank);
  adamStep(parameters, gradients, moments);
  const afterOne = Array.from(parameters);
  adamStep(parameters, lossAndGradient(parameters, bags, rank).gradients, moments);
  results[name] = { probs, loss, gradients: Array.from(gradients), after_one: afterOne,
    after_two: Array.from(parameters) };
}
console.log(JSON.stringify(results));
"""


@pytest.fixture(scope="module")
def computed(run_javascript: RunJavascript) -> Any:
    return run_javascript(TOY_CORE, STEPS_OF_EACH_POOLING % json.dumps(CASES))


def test_the_toy_network_has_a_few_hundred_parameters_and_torchs_masks(computed: Any) -> None:
    assert computed["size"] == len(CASES["parameters"])
    assert 200 < computed["size"] < 1000
    np.testing.assert_allclose(computed["masks"], CASES["masks"], atol=1e-9)


@pytest.mark.parametrize("pooling", CASES["poolings"])
@pytest.mark.parametrize("figure", ["probs", "loss", "gradients", "after_one", "after_two"])
def test_the_toy_computes_what_torch_computes(computed: Any, pooling: str, figure: str) -> None:
    expected = CASES["poolings"][pooling][figure]
    np.testing.assert_allclose(computed[pooling][figure], expected, atol=1e-6)


def test_the_toy_offers_no_pooling_that_is_not_compared_with_torch(computed: Any) -> None:
    assert set(computed) - {"size", "masks"} == set(CASES["poolings"])


LEARN = """
const comparison = new Comparison(%s);
const first = comparison.learners.map(({ parameters }) => Array.from(parameters));
const began = process.cpuUsage().user;
while (!comparison.done) comparison.step();
const seconds = (process.cpuUsage().user - began) / 1e6;
console.log(JSON.stringify({ first, seconds, steps: comparison.stepsDone,
  points: comparison.learners.map(({ curve }) => curve.length),
  shown: comparison.shown.map(({ label, patch }) => [label, patch]),
  latest: Object.fromEntries(comparison.learners.map((l) => [l.pooling, l.latest])) }));
"""


@pytest.fixture(scope="module")
def learned(run_javascript: RunJavascript) -> Any:
    return run_javascript(TOY_CORE, LEARN % json.dumps(asdict(ToySettings())))


def test_the_toys_maximum_shrinks_its_mean_floods_and_weighted_ranks_lie_between(
    learned: Any,
) -> None:
    patch, latest = ToySettings().patch ** 2, learned["latest"]
    assert latest["gmp"]["lit"] < patch - 2
    assert latest["gap"]["lit"] > 3 * patch
    assert 2 * latest["gmp"]["lit"] < latest["gwrp"]["lit"] < 0.9 * latest["gap"]["lit"]
    assert latest["gwrp"]["iou"] > latest["gap"]["iou"] + 0.05


def test_every_network_of_the_toy_learns_from_the_same_first_weights(learned: Any) -> None:
    first, *others = learned["first"]
    assert all(other == first for other in others)
    assert all(figures["loss"] < 0.5 for figures in learned["latest"].values())
    assert learned["points"] == [1 + learned["steps"] // 10] * 3


def test_a_run_of_three_networks_takes_less_than_ten_seconds_of_one_core(learned: Any) -> None:
    assert learned["seconds"] < 8


def test_the_same_seed_gives_the_same_bags_and_another_seed_others(
    run_javascript: RunJavascript,
) -> None:
    script = """
      const settings = { patch: 2, noise: 0.5 };
      const bags = [0, 0, 1].map((seed) => drawBags(seeded(seed), 40, settings));
      console.log(JSON.stringify(bags.map((set) => set.map((bag) =>
        [Array.from(bag.units), bag.label, bag.patch]))));
    """
    one, same, other = run_javascript(TOY_CORE, script)
    assert one == same != other
    assert [label for _, label, _ in one] == [1, 0] * 20
    patches = [patch for _, label, patch in one if label]
    assert all(0 <= p["row"] <= 6 and 0 <= p["column"] <= 6 for p in patches)
    assert len({(p["row"], p["column"]) for p in patches}) > 8
    noise = np.array([units for units, label, _ in one if not label])
    assert noise.mean() == pytest.approx(0.0, abs=0.05)
    assert noise.std() == pytest.approx(0.5, abs=0.03)


def test_a_mask_that_is_the_patch_has_an_iou_of_one(run_javascript: RunJavascript) -> None:
    script = """
      const patch = { row: 1, column: 2, size: 2 };
      const exact = Float64Array.from({ length: 64 }, (_, unit) => (inPatch(patch, unit) ? 1 : 0));
      const all = new Float64Array(64).fill(0.51);
      console.log(JSON.stringify([exact, all, new Float64Array(64)].map((m) => scoreMask(m, patch))));
    """
    exact, everything, nothing = run_javascript(TOY_CORE, script)
    assert exact == {"lit": 4, "iou": 1}
    assert everything == {"lit": 64, "iou": 4 / 64}
    assert nothing == {"lit": 0, "iou": 0}


def test_the_toys_default_decay_falls_over_64_units_as_the_papers_over_its_plane() -> None:
    reach = [(1 - r**n) / (1 - r) / n for r, n in ((PAPER_LIKE_DECAY, 64), (0.9998, 311 * 64))]
    assert reach[0] == pytest.approx(reach[1], abs=0.01)


def test_a_set_up_of_the_toy_goes_through_a_link_and_a_broken_link_is_refused() -> None:
    settings = ToySettings(("top_k", "gap", "gap"), 5, 1.2, 0.8, 17)
    assert ToySettings.from_text(settings.to_text()) == settings
    for broken in (
        "",
        "gmp",
        "gmp,gap,gwrp,9,0.5,0.9,0",
        "gmp,gap,nothing,3,0.5,0.9,0",
        "1,2,3,,,,",
    ):
        with pytest.raises(ValueError, match=r"unpack|convert|invalid literal|not a set-up"):
            ToySettings.from_text(broken)


@pytest.fixture(scope="module")
def snapshots() -> Snapshots:
    return load_snapshots(SNAPSHOTS)


def test_the_shipped_snapshots_hold_three_runs_with_their_losses(snapshots: Snapshots) -> None:
    assert SNAPSHOTS.stat().st_size < 700 * 1024
    assert [run.system for run in snapshots.runs] == ["gmp", "gap", "gwrp"]
    for run in snapshots.runs:
        assert run.masks.shape[:2] == (len(run.steps), len(snapshots.recipes))
        assert len(run.loss_steps) == len(run.loss) > 10
        assert len(run.valid_steps) == len(run.valid) > 0


def test_figures_of_a_mask_are_the_cores(snapshots: Snapshots) -> None:
    for run in snapshots.runs:
        mask = run.masks[-1, 0, 1]
        figures = mask_figures(mask, run.system)
        units = torch.from_numpy(mask / np.float32(255))
        assert figures.prob == pytest.approx(float(POOLINGS[run.system](units)), abs=1e-6)
        assert figures.lit == (mask > 127).sum()
        assert figures.mean == pytest.approx(mask.mean() / 255, abs=1e-6)
        assert figures.share == figures.lit / mask.size


def test_the_browser_reads_what_python_packs(
    run_javascript: RunJavascript, snapshots: Snapshots
) -> None:
    message = slow_motion_event(1, 2)
    script = """
      const bytes = Uint8Array.from(atob("%s"), (c) => c.charCodeAt(0));
      const event = await unpackEvent(bytes);
      const sum = (plane) => plane.reduce((total, value) => total + value, 0);
      console.log(JSON.stringify({ name: event.name, ideal: event.ideal, level: sum(event.level),
        runs: event.runs.map(({ masks, steps, title }) => ({ title, steps, sums: masks.map(sum) })) }));
    """
    event = run_javascript(
        [SHARED / "message.js", FOLDER / "message.js"],
        script % base64.b64encode(message).decode(),
    )
    assert event["name"] == display_name(snapshots.recipes[1].events[2].label)
    assert event["ideal"]["lit"] == slow_motion_ideals()[1][2].lit
    for run, read in zip(snapshots.runs, event["runs"], strict=True):
        assert read["steps"] == run.steps.tolist()
        assert read["sums"] == run.masks[:, 1, 2].sum((1, 2), dtype=int).tolist()


def test_runs_of_different_lengths_are_scrubbed_by_their_own_share(
    run_javascript: RunJavascript,
) -> None:
    script = """
      const long = { steps: [10, 500, 1000], loss: [[500, 1000], [1, 1]] };
      const short = { steps: [40, 80], loss: [[], []] };
      const runs = [long, short];
      console.log(JSON.stringify({
        at: [0, 0.01, 0.49, 0.5, 0.99, 1].map((s) => runs.map((run) => snapshotAt(run, s))),
        shares: snapshotShares(runs),
        next: [neighbour(runs, 0.01, 1), neighbour(runs, 1, 1), neighbour(runs, 0.5, -1),
          neighbour(runs, 0, -1)] }));
    """
    result = run_javascript([FOLDER / "course.js"], script)
    assert result["at"] == [[0, 0], [0, 0], [0, 0], [1, 0], [1, 0], [2, 1]]
    assert result["shares"] == [0.01, 0.5, 1]
    assert result["next"] == [0.5, 1, 0.01, 0]


def test_findings_count_where_the_claim_holds_and_say_where_it_does_not() -> None:
    areas = [
        EventAreas(100, {"gmp": 0, "gap": 300, "gwrp": 120}, {"gmp": 0.09}),
        EventAreas(100, {"gmp": 5, "gap": 80, "gwrp": 90}, {"gmp": 0.9}),
        EventAreas(100, {"gmp": 0, "gap": 80, "gwrp": 90}, {"gmp": 0.4}),
    ]
    text = outcome_in_words(areas, 3000)
    assert "GMP stays below the ideal mask's area in 3 of 3" in text
    assert "GAP goes beyond it in 1" in text
    assert "between GMP and GAP in 1." in text
    assert "In 2, GMP has no unit above 0.5 after 3\u202f000 steps; in 1 of them" in text
    assert "no unit" not in outcome_in_words(areas[1:2], 3000)


def test_a_file_without_curves_is_read_and_says_nothing_of_losses(tmp_path: Path) -> None:
    with np.load(SNAPSHOTS) as archive:
        kept = {k: archive[k] for k in archive.files if "curve" not in k and "loss" not in k}
    np.savez_compressed(tmp_path / "old.npz", **kept)
    old = load_snapshots(tmp_path / "old.npz")
    assert [len(run.loss) for run in old.runs] == [0, 0, 0]
    assert loss_in_words(old.runs) == ""


def test_the_page_shows_runs_and_toy_and_says_what_is_measured() -> None:
    page = AppTest.from_file(str(PAGE), default_timeout=120).run()
    assert not page.exception
    assert page.title[0].value == "Training"
    text = "\n".join(block.value for block in page.markdown)
    snapshots = load_snapshots(SNAPSHOTS)
    clip = telling_clip(snapshots)
    event = telling_event(snapshots, clip)
    last = mask_figures(snapshots.runs[1].masks[-1, clip, event], "gap")
    steps = int(snapshots.runs[1].steps[-1])
    assert f"{thousands(last.lit)} units at step {thousands(steps)}, the ideal mask" in text
    assert "**All 9 events" in text
    page.selectbox[0].select_index((clip + 1) % 3).run()
    assert not page.exception
    assert "".join(block.value for block in page.markdown) != text


def test_the_page_opens_from_its_link_and_ignores_nonsense_in_it() -> None:
    page = AppTest.from_file(str(PAGE), default_timeout=120)
    page.query_params["share"] = "0.25"
    page.query_params["toy"] = "gap,gap,gwrp,2,0.3,0.5,4"
    page.run()
    assert not page.exception
    assert page.query_params["toy"] == "gap,gap,gwrp,2,0.3,0.5,4"
    assert page.query_params["share"] == "0.25"
    page = AppTest.from_file(str(PAGE), default_timeout=120)
    page.query_params["share"] = "much"
    page.query_params["toy"] = "nothing"
    page.run()
    assert not page.exception
    assert "share" not in page.query_params
    assert "toy" not in page.query_params


def test_a_network_that_learnt_on_after_its_run_is_named() -> None:
    runs = load_snapshots(SNAPSHOTS).runs
    of = {run.system: int(run.steps[-1]) for run in runs}
    totals = {system: read_metadata(SHIPPED / system).trained_steps for system in of}
    words = learnt_on_in_words(runs, trained_steps())
    for system, steps in totals.items():
        assert (f"{TITLES[system]}'s network" in words) == (steps > of[system])
