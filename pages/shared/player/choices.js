/**
 * Which class is shown, and which panels: two rows of buttons that are also the legend.
 */

import { SYSTEM_DASHES } from "../browser/colours.js";
import { stepClass } from "./commands.js";
import { ARROW_STEPS, dashSample, element } from "../browser/dom.js";

export class Choices {
  constructor(player) {
    this.player = player;
    this.node = element("div", { class: "bar" }, this.createClasses(), this.createSystems());
  }

  createClasses() {
    const { player } = this;
    const { classes, truth } = player.view;
    const present = truth && new Set(truth.map((event) => event.label));
    const choices = [...classes, { name: "All classes" }];
    this.classes = choices.map(({ label, name, colour }, index) => {
      const selected = index < classes.length ? index : -1;
      const chip = element("button", {
        type: "button",
        role: "radio",
        class: "chip",
        onclick: () => player.change({ selected }),
      });
      if (colour) chip.append(element("i", { class: "swatch", style: `background:${colour}` }));
      chip.append(name);
      if (label && present && !present.has(label)) {
        chip.classList.add("absent");
        chip.title = "Not in the truth: a system detects it";
      }
      chip.selected = selected;
      return chip;
    });
    const group = element(
      "div",
      { class: "group", role: "radiogroup", "aria-label": "Class", "data-own-keys": "" },
      ...this.classes,
    );
    group.addEventListener("keydown", (event) => {
      const step = ARROW_STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      stepClass(player, step);
      this.draw();
      this.classes.find((chip) => chip.selected === player.state.selected).focus();
    });
    return group;
  }

  createSystems() {
    const { player } = this;
    const panels = [{ name: "ideal", title: "Ideal" }, ...player.view.systems];
    this.systems = panels.map(({ name, title }, index) => {
      const button = element("button", {
        type: "button",
        class: "chip",
        title: `Show or hide ${title} (Shift ${index + 1})`,
        onclick: () => player.toggleSystem(name),
      });
      if (index > 0) button.append(dashSample(SYSTEM_DASHES[index - 1]));
      button.append(title);
      return { name, button };
    });
    return element(
      "div",
      { class: "group", role: "group", "aria-label": "Panels" },
      ...this.systems.map(({ button }) => button),
    );
  }

  draw() {
    const { state } = this.player;
    for (const chip of this.classes) {
      chip.setAttribute("aria-checked", chip.selected === state.selected);
      chip.tabIndex = chip.selected === state.selected ? 0 : -1;
    }
    for (const { name, button } of this.systems)
      button.setAttribute("aria-pressed", state.systems.has(name));
  }
}
