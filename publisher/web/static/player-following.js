// The page runs along with the sound: the chapter and the line that is said now; a click on either leads there.
const REST = 8000; // milliseconds for which a reader who scrolls is left alone

export function follow(player) {
  const chapters = [...document.querySelectorAll("[data-chapters] [data-seek]")];
  const starts = chapters.map((link) => Number(link.dataset.seek));
  const said = transcript(player);
  player.whenMoved((seconds) => {
    const now = seconds > 0 ? lastBefore(starts, seconds) : -1;
    chapters.forEach((link, n) => (n === now ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    said?.(seconds);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    player.playFrom(Number(link.dataset.seek), Number(link.dataset.until) || null);
  });
}

function transcript(player) {
  const box = document.querySelector("[data-transcript]");
  if (!box) return null;
  box.classList.add("follows");
  const lines = [...box.querySelectorAll("[data-from]")];
  const starts = lines.map((line) => Number(line.dataset.from));
  let shown = null;
  let restsUntil = 0;
  for (const kind of ["wheel", "touchmove", "keydown"]) box.addEventListener(kind, () => (restsUntil = performance.now() + REST), { passive: true });
  box.addEventListener("click", (event) => {
    const line = event.target.closest("[data-from]");
    if (line && getSelection().isCollapsed) player.playFrom(Number(line.dataset.from));
  });
  return (seconds) => {
    const line = seconds > 0 ? lines[lastBefore(starts, seconds)] : null;
    const now = line && seconds < Number(line.dataset.to ?? Infinity) + 1 ? line : null;
    if (now === shown) return;
    shown?.classList.remove("now");
    now?.classList.add("now");
    shown = now;
    if (now && player.isPlaying && performance.now() > restsUntil) bringIntoView(box, now);
  };
}

// Within the box only: the page itself never moves under a reader.
function bringIntoView(box, line) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  box.scrollTo({ top: line.offsetTop - box.clientHeight / 3, behavior: still ? "auto" : "smooth" });
}

function lastBefore(starts, seconds) {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= seconds + 0.05) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
