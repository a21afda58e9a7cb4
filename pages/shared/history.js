// One entry of the browser's history for each page and each step of the lesson; see history.py.
if (!window.sedtfHistory) {
  window.sedtfHistory = true;
  let asked = null; // the address at the visitor's last action; null once it has led on, and after Back
  const push = history.pushState.bind(history);
  const at = (address) => new URL(address, location.href);
  const place = (address) => `${at(address).pathname} ${at(address).searchParams.get("step")}`;

  history.pushState = (state, title, address) => {
    if (asked === null || place(address) === place(location.href)) {
      history.replaceState(state, title, address);
      return;
    }
    if (at(asked).pathname === location.pathname) history.replaceState(history.state, title, asked);
    asked = null;
    push(state, title, address);
  };
  for (const action of ["click", "keydown"])
    addEventListener(action, () => (asked = location.href), true);
  addEventListener("popstate", () => (asked = null));
}
