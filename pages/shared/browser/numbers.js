/** How numbers are written; numbers.py does the same. */

/** 19904 as "19 904", with a space that does not break. */
export const grouped = (count) => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** A share as a percentage with two digits that count: 0.0752 as "7.5 %". */
export function shareText(share) {
  const percent = 100 * share;
  if (percent >= 99.5 && percent < 100) return "over 99 %"; // rounded, it would claim all
  return `${percent >= 9.95 ? percent.toFixed(0) : Number(percent.toPrecision(2))} %`;
}
