// Chapters beside the player: the button puts the present time on a line of its own, in its place by time.
export function chapterEditor() {
  const box = document.querySelector("[data-chapters]");
  const sound = document.querySelector("[data-player] audio, [data-player] video");
  const button = box?.querySelector("[data-here]");
  if (!box || !sound || !button) return;
  const field = box.querySelector("textarea");
  const now = box.querySelector("[data-now]");
  const show = () => { now.textContent = asClock(sound.currentTime); };
  ["timeupdate", "seeked", "loadedmetadata"].forEach((name) => sound.addEventListener(name, show));
  button.addEventListener("click", () => insert(field, Math.floor(sound.currentTime)));
}

function insert(field, seconds) {
  const lines = field.value.split("\n").filter((line, place, all) => line.trim() || place < all.length - 1);
  let place = lines.findIndex((line) => secondsOf(line) > seconds);
  if (place < 0) place = lines.length;
  const line = `${asClock(seconds)} `;
  lines.splice(place, 0, line);
  field.value = lines.join("\n");
  const end = lines.slice(0, place + 1).join("\n").length;
  field.focus();
  field.setSelectionRange(end, end);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function secondsOf(line) {
  const found = line.trim().match(/^(?:(\d+):)?(\d+):(\d+)/);
  return found ? Number(found[1] || 0) * 3600 + Number(found[2]) * 60 + Number(found[3]) : -1;
}

export function asClock(seconds) {
  const whole = Math.floor(seconds || 0);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
