/**
 * The lab on one place of the page: choices in, pictures and numbers out, all in the browser.
 *
 * A mask is sorted when it is chosen; a slider only pools it again. Python hears of a finished gesture.
 */

import { hexToRgb, readTheme } from "../browser/colours.js";
import { changedChoices, describeChoices, firstChoices, validChoices } from "./choices.js";
import { Controls } from "./controls.js";
import { drawCurve } from "./curve.js";
import { drawGradient, drawMask } from "./pictures.js";
import { areaNeeded, growingAttention, poolMask, rectangleValue, sortMask } from "./poolings.js";
import { growthOrder, rectangleMask } from "./rectangle.js";
import { Words } from "./words.js";

export class PoolingLab {
  constructor(root) {
    this.root = root;
    this.controls = new Controls(root, {
      change: (changes) => this.change(changes),
      report: () => this.report(),
    });
    this.words = new Words(root);
    this.canvases = ["mask", "gradient", "curve"].map((name) => root.querySelector(`canvas.${name}`));
    this.observer = new ResizeObserver(() => this.view && this.draw());
    this.canvases.forEach((canvas) => this.observer.observe(canvas));
  }

  load(view, settings) {
    this.choices = this.view ? validChoices(this.choices, view) : firstChoices(settings, view);
    this.view = view;
    this.sorted = new Map();
    this.growth = growthOrder(view.frames, view.bands, view.example);
    this.attendedAt = null;
    this.root.querySelector(".loading").hidden = true;
    this.root.querySelector(".work").hidden = false;
    this.followTheme();
    this.controls.load(view);
    this.takeMask();
  }

  followTheme() {
    this.theme = readTheme(this.root);
    this.root.classList.toggle("dark", this.theme.dark);
    const style = getComputedStyle(this.root);
    const hue = (name) => hexToRgb(style.getPropertyValue(name).trim());
    this.hues = { up: hue("--up"), down: hue("--down") };
    if (this.view) this.draw();
  }

  /** Takes changed choices; only a changed mask is pooled in all eight ways. */
  change(changes) {
    this.choices = changedChoices(this.choices, changes, this.view);
    if (["label", "mask", "area", "height"].some((name) => name in changes)) this.takeMask();
    else {
      this.poolAgain(this.choices.pooling);
      this.drawPooled();
    }
  }

  takeMask() {
    const { mask, label, area, height } = this.choices;
    const index = this.view.classes.findIndex((shown) => shown.label === label);
    this.shown = this.view.classes[index];
    this.root.style.setProperty("--class", this.shown.colour);
    if (mask === "rectangle") this.mask = rectangleMask(this.growth, area, height);
    else {
      const key = `${mask} ${label}`;
      if (!this.sorted.has(key)) this.sorted.set(key, sortMask(this.view.planes[mask][index]));
      this.mask = this.sorted.get(key);
    }
    this.pooled = {};
    for (const { name } of this.view.poolings) this.poolAgain(name);
    this.draw();
  }

  /** Pools in one way; a rectangle's value needs no unit, and only the chosen pooling is drawn. */
  poolAgain(name) {
    const { mask, pooling, parameters, area, height } = this.choices;
    const { size, level } = this.view;
    if (mask === "rectangle" && name !== pooling) {
      const count = Math.round(area * size);
      const value = rectangleValue(name, count, size, height, parameters[name], this.attended());
      this.pooled[name] = { value };
    } else this.pooled[name] = poolMask(name, this.mask, parameters[name], level);
  }

  /** The attention on a growing rectangle, computed once for each sharpness. */
  attended() {
    const { attention } = this.choices.parameters;
    if (this.attendedAt !== attention) {
      this.sums = growingAttention(this.growth, this.view.level, attention);
      this.attendedAt = attention;
    }
    return this.sums;
  }

  draw() {
    if (!this.pooled) return;
    drawMask(this.canvases[0], this.view, this.mask, this.shown.colour, this.theme);
    this.drawPooled();
  }

  drawPooled() {
    const { choices, view, mask, theme } = this;
    const { pooling, height, axis } = choices;
    const pooled = this.pooled[pooling];
    const [, gradientCanvas, curveCanvas] = this.canvases;
    drawGradient(gradientCanvas, view, mask, pooled.gradient, theme, this.hues);
    drawCurve(curveCanvas, mask, pooled, { axis, colour: this.shown.colour, theme });
    const parameter = choices.parameters[pooling];
    const needed = areaNeeded(pooling, height, parameter, view.size, this.attended());
    this.controls.show(choices, this.pooled);
    this.words.show({ choices, view, shown: this.shown, mask, pooled, needed });
  }

  report() {
    this.setStateValue("settings", describeChoices(this.choices));
  }

  destroy() {
    this.observer.disconnect();
  }
}
