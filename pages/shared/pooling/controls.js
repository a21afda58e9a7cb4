/** The lab's controls: choices of class, mask, axis and pooling, and the sliders. */

import { grouped, shareText } from "../browser/numbers.js";
import { element } from "../browser/dom.js";
import { RadioButtons } from "./radios.js";
import { parameterScale, parameterText, probabilityText } from "./scales.js";

const AXES = [
  ["rank", "Linear"],
  ["log", "Logarithmic"],
  ["weight", "By weight"],
];

/** `change(changes)` follows every move, `report()` a finished gesture. */
export class Controls {
  constructor(root, { change, report }) {
    Object.assign(this, { root, change, report });
    const find = (name) => root.querySelector(name);
    const group = (name, key) =>
      new RadioButtons(find(name), (value) => this.finish({ [key]: value }));
    this.classes = group(".classes", "label");
    this.masks = group(".masks", "mask");
    this.poolings = group(".poolings", "pooling");
    this.axes = new RadioButtons(find(".axes"), (value) => change({ axis: value }));
    this.axes.fill(AXES);
    this.parts = {
      area: find(".area"), areaText: find(".area-text"), height: find(".height"),
      heightText: find(".height-text"), rectangle: find(".rectangle"), example: find(".example"),
      parameter: find(".parameter"), text: find(".parameter-text"), name: find(".parameter-name"),
      marks: find(".marks"), turn: find(".turn"),
    };
    this.slide(this.parts.area, () => ({ area: this.parts.area.valueAsNumber / 1000 }));
    this.slide(this.parts.height, () => ({ height: this.parts.height.valueAsNumber / 100 }));
    this.slide(this.parts.parameter, () =>
      this.withParameter(this.scale.toValue(this.parts.parameter.valueAsNumber)),
    );
    this.parts.example.addEventListener("click", () =>
      this.finish({ area: this.exampleUnits / this.view.size, height: 1 }),
    );
  }

  finish(changes) {
    this.change(changes);
    this.report();
  }

  slide(input, changes) {
    input.addEventListener("input", () => this.change(changes()));
    input.addEventListener("change", () => this.report());
  }

  withParameter(value) {
    return { parameters: { ...this.choices.parameters, [this.choices.pooling]: value } };
  }

  load(view) {
    this.view = view;
    this.drawnMarks = null;
    this.classes.fill(
      view.classes.map(({ label, name, colour }) => [
        label, element("i", { class: "swatch", style: `background:${colour}` }), name,
      ]),
    );
    this.masks.fill([...view.masks.map(({ kind, title }) => [kind, title]), ["rectangle", "Rectangle"]]);
    this.poolings.fill(
      view.poolings.map(({ name, title }) => [
        name, element("span", {}, title), element("span", { class: "length" }, element("i")), element("b"),
      ]),
    );
    const [frames, bands] = view.example;
    this.exampleUnits = frames * bands;
    const seconds = Math.round(frames * view.frame_hop_s);
    this.parts.example.textContent = `${seconds} s × ${bands} bands`;
  }

  show(choices, pooled) {
    this.choices = choices;
    this.classes.mark(choices.label);
    this.masks.mark(choices.mask);
    this.poolings.mark(choices.pooling);
    this.axes.mark(choices.axis);
    for (const [name, button] of this.poolings.buttons) {
      const { value } = pooled[name];
      button.querySelector("i").style.width = `${100 * value}%`;
      button.querySelector("b").textContent = probabilityText(value);
    }
    this.showRectangle(choices);
    this.showParameter(choices);
  }

  showRectangle({ mask, area, height }) {
    const { parts, view } = this;
    parts.rectangle.hidden = mask !== "rectangle";
    parts.area.value = Math.round(1000 * area);
    parts.height.value = Math.round(100 * height);
    parts.areaText.textContent = `${shareText(area)}, ${grouped(area * view.size)} units`;
    parts.area.setAttribute("aria-valuetext", parts.areaText.textContent);
    parts.heightText.textContent = height.toFixed(2);
    parts.height.setAttribute("aria-valuetext", parts.heightText.textContent);
  }

  showParameter({ pooling, parameters }) {
    const { parts } = this;
    const { parameter, title } = this.view.poolings.find(({ name }) => name === pooling);
    parts.turn.classList.toggle("fixed", !parameter);
    for (const part of [parts.parameter, parts.marks, parts.text]) part.hidden = !parameter;
    if (!parameter) {
      parts.name.textContent = `${title} has no parameter`;
      this.drawnMarks = null;
      return;
    }
    this.scale = parameterScale(parameter);
    const text = parameterText(pooling, parameters[pooling], this.view.size);
    parts.name.textContent = `${title}: ${parameter.words}`;
    parts.text.textContent = text;
    parts.parameter.max = this.scale.steps;
    parts.parameter.value = this.scale.toStep(parameters[pooling]);
    parts.parameter.setAttribute("aria-valuetext", text);
    if (this.drawnMarks !== pooling) this.drawMarks(parameter);
    this.drawnMarks = pooling;
  }

  /** The values worth a name, at their places under the slider; a click takes them. */
  drawMarks(parameter) {
    const { scale } = this;
    const places = parameter.marks.map(([value]) => scale.toStep(value) / scale.steps);
    const side = (place) => (place < 0.4 ? "first" : place === 1 ? "last" : "inner");
    this.parts.marks.replaceChildren(
      ...parameter.marks.map(([value, name], index) =>
        element(
          "button",
          {
            type: "button", class: side(places[index]), style: `left:${100 * places[index]}%`,
            onclick: () => this.finish(this.withParameter(value)),
          },
          name,
        ),
      ),
    );
  }
}
