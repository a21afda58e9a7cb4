/** How numbers are written; numbers.py does the same. */

/** 19904 as "19 904", with a space that does not break. */
export const grouped = (count) => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
