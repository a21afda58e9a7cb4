/**
 * The entry that Streamlit calls: one drawing board for each place on the page, kept while it stays
 * there. Strokes go to Python when a gesture is finished; sound and score come back.
 */

import { element } from "../browser/dom.js";
import { keepMounted } from "../browser/mounted.js";
import { grouped, shareText } from "../browser/numbers.js";
import { splitPaintMessage, unpackBoard, unpackSound } from "./board.js";
import { Hand } from "./gestures.js";
import { Picture } from "./picture.js";
import { scoreRows, showScores } from "./scores.js";
import { Sound } from "./sound.js";
import { drawStroke, strokesToMask } from "./strokes.js";
import { Tools } from "./tools.js";

const LEAD_IN_S = 0.2; // heard before what was painted

/** Everything on screen, for one place on the page. */
class DrawingBoard {
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(name);
    this.parts = {
      canvas: find("canvas"), playhead: find(".playhead"), hint: find(".hint"), list: find(".bars"),
      verdict: find(".verdict"), copy: find(".copy"), link: find(".link"), loading: find(".loading"),
      work: find(".work"), scores: find(".scores"), note: find(".note"),
    };
    this.picture = new Picture(this.parts.canvas);
    this.sound = new Sound(find(".sound"));
    this.sound.onmove = (time) => this.movePlayhead(time);
    this.tools = new Tools(find(".tools"), find("form"), find(".status"), {
      canvas: this.parts.canvas,
      onpreview: () => this.draw(),
      onchange: () => this.report(),
      onseek: (time) => this.sound.seek(time),
    });
    this.hand = new Hand(this.parts.canvas, this.picture, this.tools);
    this.parts.copy.addEventListener("click", () => this.copyLink());
    root.addEventListener("keydown", (event) => this.onKey(event));
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.parts.canvas);
  }

  /** Takes a message: a new board, or what was heard of the strokes on this one. */
  async take(data) {
    const { front, sound, body } = splitPaintMessage(data);
    const call = (this.latest = {});
    const isNew = this.identity !== front.board;
    if (isNew && !body.length) return this.send({ board: null, asked: Date.now() });
    const [board, samples] = await Promise.all([
      isNew ? unpackBoard(body) : this.board,
      unpackSound(sound),
    ]);
    if (this.latest !== call) return; // a later message came in between
    if (isNew) this.load(board, front);
    this.front = front;
    this.sound.replace(samples);
    if (this.reported && front.text) this.sound.playYours(this.paintedFrom());
    this.reported = false;
    this.picture.followTheme(this.root);
    this.showResult();
    this.draw();
  }

  load(board, front) {
    this.parts.loading.hidden = true;
    this.parts.work.hidden = false;
    this.root.style.setProperty("--class", board.colour);
    this.picture.load(board, this.root);
    this.tools.load(board, front.text);
    Object.assign(this, { board, identity: front.board });
    this.sound.load(board);
    this.hand.last = null;
    this.hand.cancel();
    this.showHint();
  }

  /** Where to begin, from the first true event; gone with the first stroke. */
  showHint() {
    const { events, name } = this.board;
    this.parts.hint.textContent = events
      ? `Drag across the patch at ${events[0].map((s) => s.toFixed(1)).join("–")} s`
      : `Drag across what sounds like ${name.toLowerCase()}`;
  }

  showResult() {
    const { front, board, parts } = this;
    const scored = board.events !== null;
    parts.scores.hidden = !scored;
    parts.copy.hidden = !front.linked;
    parts.note.hidden = front.linked;
    this.root.classList.toggle("waiting", front.text !== this.tools.text);
    if (!scored) return;
    parts.verdict.textContent = front.verdict;
    showScores(parts.list, scoreRows(board, front.part, front.yours_db));
  }

  draw() {
    if (!this.board) return;
    const { frames, bands } = this.board;
    const { strokes, isBox, radius, compared } = this.tools;
    const { unfinished, hover } = this.hand;
    if (this.drawn !== strokes) this.mask = strokesToMask(strokes, frames, bands);
    this.drawn = strokes;
    const mask = unfinished ? this.mask.slice() : this.mask;
    if (unfinished) drawStroke(mask, this.tools.strokeOf(unfinished), frames, bands);
    const box = isBox && unfinished?.length > 1 ? unfinished : null;
    const cells = box ?? (hover ? [hover] : null);
    this.picture.draw(mask, compared?.cells ?? null, cells && { cells, radius });
    this.parts.hint.hidden = strokes.length > 0 || unfinished !== null;
    this.showCompared(compared);
  }

  /** An outline at one half may not exist: networks trained on clip labels are unsure. */
  showCompared(mask) {
    if (mask === this.compared) return;
    this.compared = mask;
    if (!mask) return this.tools.say("");
    const count = mask.cells.reduce((sum, cell) => sum + (cell >= 128), 0);
    const share = shareText(count / mask.cells.length);
    const whose = mask.key.startsWith("ideal") ? mask.name.toLowerCase() : `${mask.name} mask`;
    this.tools.say(
      count
        ? `Outline: where the ${whose} is at least 0.5, ${grouped(count)} units (${share})`
        : `No unit of the ${whose} reaches 0.5, so there is no outline`,
    );
  }

  /** A little before the earliest painted moment. */
  paintedFrom() {
    const { frameHopS, bands } = this.board;
    const first = this.mask.findIndex((value) => value > 0);
    return Math.max(0, Math.floor(Math.max(0, first) / bands) * frameHopS - LEAD_IN_S);
  }

  movePlayhead(time) {
    const area = this.picture.area();
    const x = area.x + (time / this.board.durationS) * area.width;
    this.parts.playhead.style.transform = `translateX(${x}px)`;
  }

  report() {
    this.draw();
    this.root.classList.add("waiting");
    this.reported = true;
    this.sound.wake();
    this.send({ board: this.identity, text: this.tools.text });
  }

  send(work) {
    this.setStateValue("work", work);
  }

  /** Keys that work anywhere on the board but in a field: undo, redo, play, and what is heard. */
  onKey(event) {
    if (event.target.closest("input[type=number], select")) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (command && key === "z") this.tools[event.shiftKey ? "redo" : "undo"]();
    else if (command && key === "y") this.tools.redo();
    else if (command || event.altKey) return;
    else if (key === "p") this.sound.engine.toggle();
    else if (/^[1-9]$/.test(key)) this.sound.hear(Number(key) - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The page's address with the strokes as they are now. */
  async copyLink() {
    const address = new URL(location.href);
    address.searchParams.delete("mask");
    if (this.tools.text) address.searchParams.set("mask", this.tools.text);
    const { link, copy } = this.parts;
    try {
      await navigator.clipboard.writeText(address.href);
      copy.textContent = "Copied";
      setTimeout(() => (copy.textContent = "Copy link"), 2000);
    } catch {
      Object.assign(link, { hidden: false, value: address.href }); // no permission: to copy by hand
      link.select();
    }
  }

  destroy() {
    this.observer.disconnect();
    this.sound.close();
  }
}

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".paint");
  const { entry, leave } = keepMounted(parentElement, () => new DrawingBoard(root));
  entry.shown.setStateValue = setStateValue;
  entry.shown.take(data).catch((error) => {
    const message = `The board could not be shown: ${error.message}`;
    root.querySelector(".loading").replaceChildren(element("p", {}, message));
    throw error;
  });
  return leave;
}
