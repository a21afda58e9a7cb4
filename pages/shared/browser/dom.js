/** Small helpers to build elements and icons; nothing here knows what the player does. */

/** Creates an element: `element("button", {class: "x", onclick: f}, "text", child)`. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/**
 * A number field, which gives `choose` its value when one is done, NaN where it is empty.
 *
 * `show(value)` leaves what is being typed alone: a redraw may come between two keys.
 */
export function numberField(attributes, choose) {
  const node = element("input", { type: "number", ...attributes });
  let typing = false;
  node.addEventListener("input", () => (typing = true));
  node.addEventListener("blur", () => (typing = false));
  node.addEventListener("change", () => {
    typing = false;
    choose(node.valueAsNumber);
  });
  const show = (value) => {
    if (!typing) node.value = value;
  };
  return { node, show };
}

/** Which neighbour an arrow key goes to in a row of choices; undefined for other keys. */
export const ARROW_STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

// 16 × 16 outlines, drawn with the text colour.
const ICONS = {
  play: '<path d="M4 2.5v11l9-5.5z" fill="currentColor"/>',
  pause: '<path d="M4 2.5h3v11H4zM9 2.5h3v11H9z" fill="currentColor"/>',
  start: '<path d="M3 2.5v11M13 3v10L5.5 8z"/>',
  loop: '<path d="M11 2l2.5 2.5L11 7M13 4.5H5A3 3 0 0 0 2 7.5V8M5 14l-2.5-2.5L5 9M3 11.5h8a3 3 0 0 0 3-3V8"/>',
  volume:
    '<path d="M2 6v4h2.5l3.5 3V3L4.5 6zM10.5 5.5a3.5 3.5 0 0 1 0 5M12.5 3.5a6.5 6.5 0 0 1 0 9"/>',
  zoomIn: '<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5L14 14M5 7h4M7 5v4"/>',
  zoomOut: '<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5L14 14M5 7h4"/>',
  fit: '<path d="M2 8h12M4.5 5.5L2 8l2.5 2.5M11.5 5.5L14 8l-2.5 2.5"/>',
  close: '<path d="M4 4l8 8M12 4l-8 8"/>',
};

/** An inline icon, hidden from screen readers: the button around it has the name. */
export function icon(name) {
  const line = 'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"';
  const svg = `<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none"
    stroke="currentColor" ${line}>${ICONS[name]}</svg>`;
  return document.createRange().createContextualFragment(svg);
}

/** A short line in the dash pattern of a system, for legends. */
export function dashSample(dash, colour = "currentColor") {
  const line = `<line x1="1" y1="4" x2="25" y2="4" stroke="${colour}" stroke-width="2"
    stroke-dasharray="${dash.join(" ")}"/>`;
  const svg = `<svg viewBox="0 0 26 8" width="26" height="8" aria-hidden="true">${line}</svg>`;
  return document.createRange().createContextualFragment(svg);
}

/** Sets up a canvas for its size on screen and clears it; returns its context in CSS pixels. */
export function beginDrawing(canvas) {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}
