/** Groups of buttons of which one is chosen: arrow keys move, the Tab key meets only the chosen one. */

import { ARROW_STEPS, element } from "../browser/dom.js";

/** Fills `container` with `[value, ...children]` items; `choose(value)` is called for a new choice. */
export class RadioButtons {
  constructor(container, choose) {
    Object.assign(this, { container, choose, buttons: new Map() });
    container.addEventListener("keydown", (event) => this.onKey(event));
  }

  fill(items) {
    this.buttons = new Map(
      items.map(([value, ...children]) => [
        value,
        element("button", { type: "button", role: "radio", onclick: () => this.choose(value) }, ...children),
      ]),
    );
    this.container.replaceChildren(...this.buttons.values());
  }

  mark(chosen) {
    for (const [value, button] of this.buttons) {
      button.setAttribute("aria-checked", String(value === chosen));
      button.tabIndex = value === chosen ? 0 : -1;
    }
  }

  onKey(event) {
    const step = ARROW_STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const values = [...this.buttons.keys()];
    const current = values.findIndex((value) => this.buttons.get(value).tabIndex === 0);
    const next = values[(current + step + values.length) % values.length];
    this.choose(next);
    this.buttons.get(next).focus();
  }
}
