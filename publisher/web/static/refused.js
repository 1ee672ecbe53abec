// A form that was refused: the keyboard, and whoever listens, is taken to what is wrong.
export function showRefusal() {
  const said = document.querySelector("main form .notice.bad");
  const field = document.querySelector("main [aria-invalid='true']");
  const target = said ?? field;
  if (!target) return;
  if (target === said) said.tabIndex = -1;
  const drawer = target.closest("details");
  if (drawer) drawer.open = true;
  target.focus();
}
