/**
 * Pointer, wheel and touch on the panels.
 *
 * Click seeks; a drag sets a region and loops it; a double click shows everything again. Ctrl +
 * wheel (and pinching a track pad, which browsers report so) zooms in time, with Alt in frequency,
 * Shift + wheel or a sideways wheel scrolls; over an axis a bare wheel zooms that axis. Two fingers
 * on a touch screen pinch both axes. A bare wheel over a picture scrolls the page, as everywhere.
 */

const DRAG_PX = 4; // less is a click
const WHEEL_RATE = 0.0022; // share of a doubling a wheel pixel

export class Gestures {
  constructor(player, surface) {
    this.player = player;
    this.surface = surface;
    this.pointers = new Map();
    this.drag = null;
    surface.addEventListener("pointerdown", (event) => this.onDown(event));
    surface.addEventListener("pointermove", (event) => this.onMove(event));
    surface.addEventListener("pointerup", (event) => this.onUp(event));
    surface.addEventListener("pointercancel", (event) => this.onCancel(event));
    surface.addEventListener("pointerleave", () => player.hover(null));
    surface.addEventListener("dblclick", (event) => this.plotOf(event) && player.resetZoom());
    surface.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
  }

  /** The plot area under an event, or null where a control or an axis is. */
  plotOf(event) {
    if (event.target.closest("button, input, .threshold")) return null;
    return event.target.closest(".over");
  }

  /** Time and axis fraction of an event in a plot area. */
  locate(event, plot) {
    const { viewport } = this.player;
    const box = plot.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const height = 1 - (event.clientY - box.top) / box.height;
    return {
      time: viewport.toTime(Math.min(1, Math.max(0, share))),
      fraction: viewport.low + Math.min(1, Math.max(0, height)) * (viewport.high - viewport.low),
    };
  }

  onDown(event) {
    const plot = this.plotOf(event);
    if (plot) this.player.root.focus({ preventScroll: true }); // so that all keys work from here on
    if (!plot || event.button > 0) return;
    this.pointers.set(event.pointerId, event);
    plot.setPointerCapture(event.pointerId);
    if (this.pointers.size === 2) {
      this.forgetDrag();
      this.pinch = this.spread();
    } else {
      this.drag = {
        plot,
        x: event.clientX,
        start: this.locate(event, plot).time,
        moved: false,
        region: this.player.state.region,
      };
    }
  }

  onMove(event) {
    const plot = this.drag?.plot ?? this.plotOf(event);
    this.player.hover(
      plot
        ? { ...this.locate(event, plot), panel: plot.closest("[data-panel]").dataset.panel }
        : null,
    );
    if (!this.pointers.has(event.pointerId)) return;
    this.pointers.set(event.pointerId, event);
    if (this.pointers.size === 2) return this.onPinch(plot ?? event.target.closest(".over"));
    if (!this.drag) return;
    this.drag.moved ||= Math.abs(event.clientX - this.drag.x) > DRAG_PX;
    if (this.drag.moved) this.player.preview({ region: this.span(event) });
  }

  onUp(event) {
    this.pointers.delete(event.pointerId);
    const drag = this.drag;
    this.drag = this.pointers.size ? this.drag : null;
    if (!drag) return this.player.changed();
    if (drag.moved) return this.player.setRegion(this.span(event, drag));
    const { region } = this.player.state;
    if (region && (drag.start < region[0] || drag.start > region[1])) this.player.setRegion(null);
    this.player.seek(drag.start);
  }

  onCancel(event) {
    this.pointers.delete(event.pointerId);
    this.forgetDrag();
  }

  /** The drag turned out to be something else: the region is again what it was. */
  forgetDrag() {
    if (this.drag) this.player.change({ region: this.drag.region });
    this.drag = null;
  }

  /** The span between where the drag began and where the pointer is. */
  span(event, drag = this.drag) {
    return [drag.start, this.locate(event, drag.plot).time].sort((a, b) => a - b);
  }

  /** Distance and middle of two fingers. */
  spread() {
    const [a, b] = [...this.pointers.values()];
    return {
      x: Math.abs(a.clientX - b.clientX),
      y: Math.abs(a.clientY - b.clientY),
      clientX: (a.clientX + b.clientX) / 2,
      clientY: (a.clientY + b.clientY) / 2,
    };
  }

  /**
   * Zooms each axis by how much the fingers moved apart along it, where they are far enough apart
   * to tell.
   */
  onPinch(plot) {
    if (!plot) return;
    const now = this.spread();
    const { time, fraction } = this.locate(now, plot);
    const { viewport } = this.player;
    if (Math.min(now.x, this.pinch.x) > 40) viewport.zoomTime(this.pinch.x / now.x, time);
    if (Math.min(now.y, this.pinch.y) > 40) viewport.zoomFrequency(this.pinch.y / now.y, fraction);
    this.pinch = now;
    this.player.invalidate();
  }

  onWheel(event) {
    const plot = event.target.closest(".over");
    const axis = plot ? null : this.axisUnder(event);
    const zooms = event.ctrlKey || event.metaKey || axis;
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!zooms && !(sideways && plot)) return;
    event.preventDefault();
    const pixels = (event.deltaY || event.deltaX) * (event.deltaMode === 1 ? 30 : 1);
    const where = this.locate(event, plot ?? axis.plot);
    const { viewport } = this.player;
    if (!zooms)
      viewport.panTime(
        ((event.deltaX || event.deltaY) / plot.clientWidth) * (viewport.end - viewport.start),
      );
    else if (event.altKey || axis?.vertical)
      viewport.zoomFrequency(2 ** (pixels * WHEEL_RATE), where.fraction);
    else viewport.zoomTime(2 ** (pixels * WHEEL_RATE), where.time);
    this.player.changed();
  }

  /** Which axis of a picture the pointer is over: left of the plot area, or below it. */
  axisUnder(event) {
    const plot = event.target.closest(".plot")?.querySelector(".over");
    if (!plot) return null;
    const box = plot.getBoundingClientRect();
    if (event.clientX < box.left) return { plot, vertical: true };
    return event.clientY > box.bottom ? { plot, vertical: false } : null;
  }
}
