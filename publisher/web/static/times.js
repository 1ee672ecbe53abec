// Hovering a time adds how far away it is, counted now rather than when the page was made.
const STEPS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]];

export function relativeTimes() {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  document.addEventListener("pointerover", (event) => {
    const time = event.target.closest?.("time[datetime]");
    if (!time) return;
    time.dataset.exact ??= time.title;
    const words = distance(new Date(time.dateTime), format);
    time.title = [time.dataset.exact, words].filter(Boolean).join(" · ");
  });
}

function distance(date, format) {
  if (Number.isNaN(date.getTime())) return "";
  const seconds = (date.getTime() - Date.now()) / 1000;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return format.format(Math.round(seconds / size), unit);
}
