"""The player in a real browser: sound, gestures, keys, themes and accessibility.

Sound is asserted on what the very audio graph of the player renders into an OfflineAudioContext. Needs a
Chromium: see tests/conftest.py.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import COMPONENT, axe_faults, served

pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("player_app.py")
READY_MS = 30_000
BRIGHTNESS = {"light": 255, "dark": 0}


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """The address of the demo page, served for the tests of this file."""
    with served(APP) as address:
        yield address


@pytest.fixture(scope="module")
def context(browser: Any) -> Any:
    """One profile with a touch screen, so that Streamlit's own files are loaded once."""
    return browser.new_context(has_touch=True)


OpenPage = Callable[..., Any]


@pytest.fixture
def open_page(app: str, context: Any) -> Iterator[OpenPage]:
    """Open the demo page with the player ready; at the end nothing may stand in the console."""
    pages: list[Any] = []
    faults: list[str] = []

    def open_one(query: str = "", *, width: int = 1400, theme: str = "light") -> Any:
        page = context.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.extend([line.text] if line.type == "error" else []))
        page.goto(f"{app}/?{query}")
        page.wait_for_selector(".player[data-ready]", timeout=READY_MS)
        return page

    yield open_one
    for page in pages:
        page.close()
    assert faults == []


def ask(page: Any, expression: str) -> Any:
    """Evaluate an expression in which ``player`` is the player."""
    return page.locator(".player").evaluate(
        f"async (root) => {{ const player = root.player; {expression} }}"
    )


def plot(page: Any, panel: str = "gwrp") -> Any:
    """The plot area of a panel."""
    return page.locator(f"[data-panel={panel}] .over").first


def point(page: Any, seconds: float, panel: str = "gwrp") -> tuple[float, float]:
    """Where a moment of the clip is on screen, half-way up a panel."""
    plot(page, panel).scroll_into_view_if_needed()
    box = plot(page, panel).bounding_box()
    share = ask(page, f"return player.viewport.toFraction({seconds});")
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def drag(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def reported(page: Any) -> dict[str, Any]:
    """What the page's Python has received, from the JSON that the demo page shows."""
    state: dict[str, Any] = json.loads(page.locator("[data-testid=stCode]").inner_text())
    return state


def wait_for_report(page: Any, name: str, value: Any) -> None:
    """Wait until Python has received a value."""
    for _ in range(60):
        if reported(page)[name] == value:
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"Python never received {name} = {value}, but {reported(page)[name]}")


RENDER = """
    player.engine.close();
    const rate = player.engine.sampleRate;
    const seconds = (player.engine.durationS - from) / player.engine.speed + 0.02;
    player.engine.createContext = () => new OfflineAudioContext(1, Math.ceil(seconds * rate), rate);
    player.tracks.apply();
    player.engine.play(from);
    const rendered = (await player.engine.context.startRendering()).getChannelData(0);
    const heard = rendered.slice(Math.round(0.02 * rate));  // the engine starts 20 ms ahead
"""


# Sound ------------------------------------------------------------------------------------------


def test_the_mixture_is_heard_at_first_sample_for_sample(open_page: OpenPage) -> None:
    page = open_page()
    error, peak = ask(
        page,
        f"""const from = 0; {RENDER}
        const {{ samples }} = player.view.tracks[0];
        let error = 0, peak = 0;
        for (let i = 320; i < samples.length; i++) {{
          error = Math.max(error, Math.abs(heard[i] - samples[i] / player.view.audioScale));
          peak = Math.max(peak, Math.abs(heard[i]));
        }}
        return [error, peak];""",
    )
    assert peak > 0.1
    assert error < 1e-4


def test_a_soloed_track_is_aligned_to_the_sample_wherever_it_starts(open_page: OpenPage) -> None:
    page = open_page()
    error = ask(
        page,
        f"""player.tracks.toggleSolo(3); const from = 1.5; {RENDER}
        const {{ samples }} = player.view.tracks[3];
        let error = 0;
        for (let i = 320; i < 64000; i++)
          error = Math.max(error, Math.abs(heard[i] - samples[48000 + i] / player.view.audioScale));
        return error;""",
    )
    assert error < 1e-4


@pytest.mark.parametrize("speed", [1, 0.5])
def test_a_track_and_its_negation_together_are_silence(open_page: OpenPage, speed: float) -> None:
    page = open_page("case=opposite")
    peak = ask(
        page,
        f"""player.change({{ speed: {speed} }});
        player.tracks.toggleSolo(0); player.tracks.toggleSolo(1, true);
        const from = 0; {RENDER}
        return heard.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);""",
    )
    assert peak == 0


def test_muting_one_of_two_soloed_tracks_leaves_the_other(open_page: OpenPage) -> None:
    page = open_page("case=opposite")
    assert ask(page, "player.tracks.toggleSolo(0); player.tracks.toggleSolo(1, true);"
               "player.tracks.toggleMute(1); return player.engine.levels.slice(0, 2);") == [1, 0]  # fmt: skip


def test_matching_loudness_raises_a_quiet_track_and_leaves_the_mixture(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="Match loudness").click()
    page.get_by_role("button", name="Solo Scene").click()
    assert ask(page, "return player.engine.levels[1];") > 2
    page.get_by_role("button", name="Solo Mixture").click()
    assert ask(page, "return player.engine.levels[0];") == 1


def test_playing_moves_on_and_switching_tracks_does_not_stop_it(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("document.querySelector('[data-testid=stBidiComponentIsolated]')"
                           ".shadowRoot.querySelector('.player').player.engine.now() > 0.2")  # fmt: skip
    page.keyboard.press("3")
    state = ask(
        page, "return [player.engine.playing, player.engine.levels[2], player.engine.levels[0]];"
    )
    assert state == [True, 1, 0]
    page.get_by_role("button", name="Pause").click()
    assert ask(page, "return player.engine.playing;") is False


# Gestures ---------------------------------------------------------------------------------------


def test_a_click_seeks_to_the_moment_under_it(open_page: OpenPage) -> None:
    page = open_page()
    for panel, seconds in (("gwrp", 4.5), ("spectrogram", 7.25), ("tracks", 2.0)):
        page.mouse.click(*point(page, seconds, panel))
        assert ask(page, "return player.engine.now();") == pytest.approx(seconds, abs=0.02)


def test_a_drag_loops_a_region_and_a_click_beside_it_forgets_it(open_page: OpenPage) -> None:
    page = open_page()
    drag(page, point(page, 6.0), point(page, 4.0))
    region, looping = ask(page, "return [player.state.region, player.state.looping];")
    assert region == pytest.approx([4.0, 6.0], abs=0.03)
    assert looping is True
    wait_for_report(page, "loop", [round(value, 3) for value in region])
    page.mouse.click(*point(page, 8.0))
    assert ask(page, "return [player.state.region, player.state.looping];") == [None, False]


def test_a_looped_region_repeats_without_a_gap(open_page: OpenPage) -> None:
    page = open_page()
    error = ask(
        page,
        f"""player.setRegion([1, 1.5]); const from = 1; {RENDER}
        let error = 0;
        for (let i = 320; i < 48000; i++) error = Math.max(error, Math.abs(heard[i] - heard[i + 16000]));
        return error;""",
    )
    assert error < 1e-6


def test_the_wheel_zooms_with_ctrl_and_a_double_click_shows_everything(open_page: OpenPage) -> None:
    page = open_page()
    x, y = point(page, 4.0)
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -600)
    page.keyboard.up("Control")
    start, end = ask(page, "return [player.viewport.start, player.viewport.end];")
    assert end - start < 5
    assert (4.0 - start) / (end - start) == pytest.approx(0.4, abs=0.01)
    page.mouse.dblclick(x, y)
    assert ask(page, "return player.viewport.isWhole;") is True


def test_the_wheel_over_the_frequency_axis_zooms_frequency(open_page: OpenPage) -> None:
    page = open_page()
    box = plot(page, "spectrogram").bounding_box()
    page.mouse.move(box["x"] - 20, box["y"] + 10)
    page.mouse.wheel(0, -500)
    low, high, whole = ask(
        page, "const v = player.viewport; return [v.low, v.high, v.end - v.start === v.durationS];"
    )
    assert high - low < 0.6
    assert whole is True


def test_a_bare_wheel_over_a_picture_scrolls_the_page(open_page: OpenPage) -> None:
    page = open_page()
    page.mouse.move(*point(page, 4.0))
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(300)
    assert ask(page, "return player.viewport.isWhole;") is True
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") > 0


def test_two_fingers_zoom_and_one_finger_seeks(open_page: OpenPage) -> None:
    page = open_page()
    x, y = point(page, 5.0)
    page.touchscreen.tap(x, y)
    assert ask(page, "return player.engine.now();") == pytest.approx(5.0, abs=0.05)
    session = page.context.new_cdp_session(page)
    for kind, spread in (("touchStart", 60), ("touchMove", 120), ("touchMove", 240)):
        points = [{"x": x - spread, "y": y, "id": 0}, {"x": x + spread, "y": y, "id": 1}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(200)
    span, region = ask(
        page, "return [player.viewport.end - player.viewport.start, player.state.region];"
    )
    assert span < 5
    assert region is None


def test_the_pointer_reads_time_frequency_level_and_masks(open_page: OpenPage) -> None:
    page = open_page()
    page.mouse.move(*point(page, 2.0))
    text = page.locator(".readout").inner_text()
    for part in ("2.0", "Hz", "dB", "Ideal", "GMP", "GAP", "GWRP"):
        assert part in text


@pytest.mark.parametrize("width", [1400, 700, 390])
def test_no_number_of_the_readout_is_cut_off(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    readout = page.locator(".readout")
    is_whole = "node => node.scrollHeight <= node.clientHeight"
    assert readout.evaluate(is_whole)
    page.mouse.move(*point(page, 2.0))
    assert "Pointer" in readout.inner_text()
    assert readout.evaluate(is_whole)


# Thresholds and events --------------------------------------------------------------------------


def test_dragging_a_threshold_changes_the_events_at_once_and_python_on_release(
    open_page: OpenPage,
) -> None:
    page = open_page()
    lane = page.locator("[data-lane=gmp] .event")
    expect(lane).to_have_count(1)
    expect(lane).to_have_class("event hit")
    box = page.get_by_role("slider", name="High threshold").bounding_box()
    x, y = box["x"] + 100, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 70, steps=5)
    expect(lane).to_have_class("event miss")
    assert reported(page)["detection"]["high_threshold"] == 0.2
    page.mouse.up()
    value = ask(page, "return player.state.detection.high_threshold;")
    assert value > 0.5
    page.wait_for_timeout(400)
    page.wait_for_function(f"document.body.innerText.includes('\"high_threshold\": {value}')")


def test_a_false_alarm_says_how_far_its_times_are_off(open_page: OpenPage) -> None:
    page = open_page()
    lane = page.locator("[data-lane=gmp] .event")
    expect(lane).to_have_class("event hit")
    onset = float(re.search(r"([\d.]+)–", lane.get_attribute("title")).group(1))
    ask(
        page,
        f"player.view.truth[0] = {{ ...player.view.truth[0], onset: {onset + 0.5} }}; player.change({{}});",
    )
    wrong = page.locator("[data-lane=gmp] .event.false")
    expect(wrong).to_have_text(re.compile(r"^onset (49|50)\d ms early$"))
    expect(wrong).to_have_attribute("title", re.compile("GMP, false alarm, onset .* early$"))
    expect(page.locator("[data-lane=gmp] .event.miss")).to_have_text("miss")


def test_arrow_keys_move_a_threshold_and_carry_the_other_along(open_page: OpenPage) -> None:
    page = open_page()
    low = page.get_by_role("slider", name="Low threshold")
    low.focus()
    page.keyboard.press("ArrowUp")
    expect(low).to_have_attribute("aria-valuenow", "0.11")
    for _ in range(2):
        page.keyboard.press("PageUp")
    expect(low).to_have_attribute("aria-valuenow", "0.31")
    high = page.get_by_role("slider", name="High threshold")
    expect(high).to_have_attribute("aria-valuenow", "0.31")


def test_an_event_plays_just_itself_as_its_lane_hears_it(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("[data-lane=gwrp] .event").click()
    playing, name, until = ask(
        page,
        """const index = player.engine.levels.findIndex((level) => level > 0);
        return [player.engine.playing, player.view.tracks[index].name, player.engine.voice.until];""",
    )
    assert playing is True
    assert name == "Bark, GWRP"
    assert until == pytest.approx(3.0, abs=0.2)


def test_an_event_can_be_reached_and_played_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("[data-lane=truth] .event").focus()
    page.keyboard.press("Enter")
    assert ask(page, "return player.engine.playing;") is True


def test_where_nothing_is_detected_the_threshold_can_be_lowered(open_page: OpenPage) -> None:
    page = open_page("case=quiet")
    note = page.locator(".note")
    expect(note).to_contain_text("the highest is 0.08")
    note.get_by_role("button").click()
    expect(page.locator("[data-lane=gmp] .event.hit")).to_have_count(1)
    wait_for_report(page, "detection", {**reported(page)["detection"], "tagging_threshold": 0.08})


def test_each_system_that_detects_nothing_is_told_its_own_reason(open_page: OpenPage) -> None:
    page = open_page()
    limits = "tagging_threshold: 0.8, low_threshold: 1, high_threshold: 1"
    ask(page, f"player.change({{ detection: {{ ...player.state.detection, {limits} }} }});")
    note = page.locator(".note")
    expect(note).to_contain_text("No frame score of GMP holds long enough")
    expect(note).to_contain_text("No clip probability of GAP and GWRP passes")
    expect(note).to_contain_text("the highest is 0.71 (Bark, GWRP)")


def test_without_truth_the_ideal_panel_says_why_it_is_empty(open_page: OpenPage) -> None:
    page = open_page("case=unknown")
    assert page.locator("[data-panel=ideal].empty").is_visible()
    assert page.locator("[data-panel=gmp].empty").is_visible()
    expect(page.locator("[data-lane=truth]")).to_contain_text("not known")
    expect(page.locator("[data-lane=gwrp] .event.plain")).to_have_count(1)


# Keys -------------------------------------------------------------------------------------------


def test_keys_play_seek_zoom_and_choose(open_page: OpenPage) -> None:
    page = open_page()
    page.keyboard.press("Space")
    assert ask(page, "return player.engine.playing;") is True
    page.keyboard.press("Space")
    page.mouse.click(*point(page, 4.0))
    page.keyboard.press("Shift+ArrowRight")
    assert ask(page, "return player.engine.now();") == pytest.approx(5.0, abs=0.03)
    page.keyboard.press("i")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("o")
    assert ask(page, "return player.state.region;") == pytest.approx([5.0, 6.0], abs=0.03)
    page.keyboard.press("Escape")
    page.keyboard.press("+")
    assert ask(page, "return player.viewport.end - player.viewport.start;") == pytest.approx(5)
    page.keyboard.press("0")
    page.keyboard.press("ArrowDown")
    assert ask(page, "return [player.viewport.isWhole, player.state.selected];") == [True, 1]
    wait_for_report(page, "selected", "Trumpet")
    page.keyboard.press("Shift+Digit3")
    expect(page.locator("[data-panel=gap]")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_typing_a_number_is_not_a_shortcut(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("spinbutton", name="Lowest level in dB").fill("-50")
    page.keyboard.press("3")
    assert ask(page, "return [...player.tracks.solo];") == []


def test_every_control_can_be_reached_with_tab_and_has_a_name(open_page: OpenPage) -> None:
    page = open_page()
    page.locator(".player").focus()
    names = []
    for _ in range(60):
        page.keyboard.press("Tab")
        names.append(page.evaluate("""() => {
            const node = document.activeElement.shadowRoot?.activeElement;
            return node && (node.getAttribute("aria-label") || node.innerText || node.labels?.[0]?.innerText);
        }"""))  # fmt: skip
        if names[-1] is None:
            break
    inside = names[:-1] if names[-1] is None else names
    assert all(inside)
    for name in ("Play", "Playback position", "High threshold", "Solo Mixture", "Mute Scene"):
        assert name in inside


IS_24_PIXELS_TO_HIT = """node => {
  const { left, right, top, bottom } = node.getBoundingClientRect();
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return [[-11, 0], [11, 0], [0, -11], [0, 11]].every(
    ([across, down]) => node.getRootNode().elementFromPoint(x + across, y + down) === node,
  );
}"""


@pytest.mark.parametrize("width", [1400, 390])
def test_the_small_controls_beside_a_panel_can_be_hit_with_a_finger(
    open_page: OpenPage, width: int
) -> None:
    page = open_page(width=width)
    for control in (
        page.get_by_role("button", name="About Frame score"),
        page.locator(".operating summary"),
    ):
        control.scroll_into_view_if_needed()
        assert control.evaluate(IS_24_PIXELS_TO_HIT)


def test_of_a_track_with_a_long_name_the_system_is_never_cut_off(open_page: OpenPage) -> None:
    page = open_page(width=1000)
    name = page.get_by_role("group", name="Bark, GWRP").locator(".track-name")
    name.locator(".what").evaluate("node => (node.textContent = 'A class with a very long name')")
    assert name.locator(".what").evaluate("node => node.scrollWidth > node.clientWidth")
    by = name.locator(".by")
    expect(by).to_have_text(", GWRP")
    assert by.evaluate("node => node.scrollWidth <= node.clientWidth")
    box, solo = by.bounding_box(), page.get_by_role("button", name="Solo Bark, GWRP").bounding_box()
    assert box["x"] + box["width"] <= solo["x"]


# State ------------------------------------------------------------------------------------------


def test_a_saved_state_is_restored_and_reporting_does_not_load_the_clip_again(
    open_page: OpenPage,
) -> None:
    page = open_page("selected=Cowbell")
    assert ask(page, "return player.view.classes[player.state.selected].label;") == "Cowbell"
    page.get_by_role("radio", name="Trumpet").click()
    wait_for_report(page, "selected", "Trumpet")
    assert page.locator(".player").get_attribute("data-ready") == "1"
    assert ask(page, "return player.view.classes[player.state.selected].label;") == "Trumpet"


def test_another_clip_keeps_what_is_soloed_playing_zoomed_and_chosen(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("radio", name="Trumpet").click()
    page.get_by_role("button", name="Solo Trumpet, GAP").click()
    ask(
        page,
        "player.viewport.zoomTime(0.5, 4); player.changed();"
        "player.engine.looping = true; player.engine.play(1);",
    )
    wait_for_report(page, "selected", "Trumpet")
    wait_for_report(page, "solo", ["gap~Trumpet"])
    page.get_by_text("Another clip").click()
    page.wait_for_selector(".player[data-ready='2']", timeout=READY_MS)
    kept = ask(
        page,
        """return [player.tracks.soloedIds(), player.engine.playing, player.engine.now() > 0,
        player.state.selected, player.viewport.end - player.viewport.start];""",
    )
    assert kept == [["gap~Trumpet"], True, True, 1, pytest.approx(5)]


# Looks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 1000, 1400])
def test_nothing_scrolls_sideways_and_the_theme_is_followed(
    open_page: OpenPage, width: int, theme: str
) -> None:
    page = open_page(width=width, theme=theme)
    wide = page.evaluate("(() => { const main = document.querySelector('[data-testid=stMain]');"
                         "return main.scrollWidth - main.clientWidth; })()")  # fmt: skip
    assert wide <= 0
    inside = ask(page, "return root.scrollWidth - root.clientWidth;")
    assert inside <= 0
    ground = ask(page, "return player.theme.ground;")
    assert sum(ground) / 3 == pytest.approx(BRIGHTNESS[theme], abs=40)


@pytest.mark.parametrize("layout", ["stack", "side"])
def test_stacked_panels_share_one_time_axis(open_page: OpenPage, layout: str) -> None:
    page = open_page()
    ask(page, f"player.change({{ layout: '{layout}' }}); player.draw();")
    boxes = [plot(page, panel).bounding_box() for panel in ("ideal", "gmp", "gap", "gwrp")]
    lefts = {round(box["x"]) for box in boxes}
    assert len(lefts) == (1 if layout == "stack" else 3)
    if layout == "stack":
        others = [plot(page, panel).bounding_box() for panel in ("scores", "events", "tracks")]
        assert {(round(box["x"]), round(box["width"])) for box in boxes + others} == {
            (round(boxes[0]["x"]), round(boxes[0]["width"]))
        }


@pytest.mark.parametrize("case", ["known", "unknown", "quiet"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_fault(open_page: OpenPage, case: str, theme: str) -> None:
    page = open_page(f"case={case}", theme=theme)
    assert axe_faults(page, COMPONENT) == []


COLOURS_OF_A_PICTURE = """
(canvas) => {
  const { width, height } = canvas;
  const inside = [width * 0.3, height * 0.1, width * 0.5, height * 0.6];
  const pixels = canvas.getContext("2d").getImageData(...inside).data;
  const colours = new Set();
  for (let at = 0; at < pixels.length; at += 4) colours.add(pixels.slice(at, at + 3).join());
  return colours.size;
}"""


@pytest.mark.parametrize("panel", ["spectrogram", "gwrp"])
def test_a_panel_shows_the_levels_of_the_clip(open_page: OpenPage, panel: str) -> None:
    page = open_page()
    canvas = page.locator(f"[data-panel={panel}] canvas").first
    assert canvas.evaluate(COLOURS_OF_A_PICTURE) > 50


def test_an_emptied_level_goes_back_to_what_the_clip_began_with(open_page: OpenPage) -> None:
    page = open_page()
    lowest = page.get_by_label("Lowest level in dB")
    first = lowest.input_value()
    for typed, kept in (("-40", "-40"), ("", first)):
        lowest.fill(typed)
        ask(page, "player.draw();")  # a picture that is due while one types
        lowest.press("Enter")
        expect(lowest).to_have_value(kept)


def test_an_emptied_number_of_the_operating_point_goes_back_to_the_first(
    open_page: OpenPage,
) -> None:
    page = open_page()
    page.locator(".operating summary").click()
    tagging = page.get_by_role("spinbutton", name="Tagging")
    first = tagging.input_value()
    for typed, kept in (("0.4", "0.4"), ("", first), ("-3", "0")):
        tagging.fill(typed)
        tagging.press("Enter")
        expect(tagging).to_have_value(kept)


def test_the_help_of_a_panel_leads_to_its_step_of_the_lesson(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="About GWRP").click()
    link = page.get_by_role("link", name="Lesson, step 5")
    expect(link).to_have_attribute("href", "weak-labels?step=5")
