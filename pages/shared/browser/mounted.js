/** What Streamlit's calls of a component have in common: one object for each place on the page. */

const mounted = new WeakMap(); // Streamlit's parent element → its entry

/**
 * Streamlit calls a component on mounting and again whenever data or theme have changed. Gives the
 * entry of this place, whose `shown` is made once and kept while it stays on the page, and the
 * clean-up to return to Streamlit.
 */
export function keepMounted(parentElement, create) {
  const entry = mounted.get(parentElement) ?? { calls: 0 };
  mounted.set(parentElement, entry);
  const call = ++entry.calls;
  entry.shown ??= create(entry);
  const leave = () => {
    if (entry.calls !== call) return; // an older call's clean-up, which Streamlit may run late
    mounted.delete(parentElement);
    entry.shown.destroy();
  };
  return { entry, leave };
}
