/** Time on the strip: where a window may stand, how seconds are written, which marks the axis has. */

const STEPS_S = [5, 10, 20, 30, 60, 120, 300, 600, 900];

/** The start of a window, within the recording and on a tenth of a second. */
export function fitted(start, duration, length) {
  const tenths = Math.round(10 * Math.max(0, start)) / 10;
  return Math.min(tenths, Math.max(0, duration - length));
}

/** Seconds as "1:05", or with tenths as "1:05.3". */
export function clock(seconds, tenths = false) {
  const whole = tenths ? Math.round(10 * seconds) / 10 : Math.round(seconds);
  const rest = tenths ? (whole % 60).toFixed(1).padStart(4, "0") : `${whole % 60}`.padStart(2, "0");
  return `${Math.floor(whole / 60)}:${rest}`;
}

/** The marks of the axis: round times, at least 56 pixels apart. */
export function marks(duration, width) {
  const step = STEPS_S.find((seconds) => (seconds / duration) * width >= 56) ?? STEPS_S.at(-1);
  const count = Math.floor((duration * (1 - 20 / Math.max(width, 40))) / step);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** Where a key moves the window to, or null where it means nothing here. */
export function afterKey({ key, shiftKey }, start, duration, length) {
  const step = shiftKey ? length : 1;
  const targets = {
    ArrowLeft: start - step,
    ArrowDown: start - step,
    ArrowRight: start + step,
    ArrowUp: start + step,
    PageUp: start - length,
    PageDown: start + length,
    Home: 0,
    End: duration,
  };
  return key in targets ? fitted(targets[key], duration, length) : null;
}
