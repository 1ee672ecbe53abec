// The transcript beside the player: a click into a timed text, with Alt held, plays from there.
const STAMP = /(?:(\d+):)?(\d{2}):(\d{2})\.(\d{3})\s+-->/g;

export function transcriptEditor() {
  const sound = document.querySelector("[data-player] audio, [data-player] video");
  if (!sound) return;
  document.querySelectorAll('[data-transcript="timed"]').forEach((field) => {
    const said = document.createElement("p");
    said.className = "hint";
    said.textContent = "Hold Alt and click into the text to hear that place.";
    field.before(said);
    field.addEventListener("click", (event) => {
      const seconds = event.altKey ? before(field.value, field.selectionStart) : null;
      if (seconds === null) return;
      sound.currentTime = seconds;
      sound.play();
    });
  });
}

// Where the last cue that begins before this place of the text begins.
function before(text, place) {
  const end = text.indexOf("\n", place);
  let found = null;
  for (const mark of text.slice(0, end < 0 ? text.length : end).matchAll(STAMP)) {
    found = Number(mark[1] || 0) * 3600 + Number(mark[2]) * 60 + Number(mark[3]) + Number(mark[4]) / 1000;
  }
  return found;
}
