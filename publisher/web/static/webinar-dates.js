// The dates that a new webinar comes to, told by the server while they are chosen. Without this the server shows them when the form is sent.
const box = document.querySelector("[data-dates]");
const fields = [...document.querySelectorAll("[data-when]")];
const rhythm = document.querySelector("[data-rhythm]");
let asked = 0, timer;

if (box && fields.length) {
  fields.forEach((field) => field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); }));
  rhythm?.addEventListener("change", onlyWhatMatters);
  onlyWhatMatters();
  ask(); // a browser that goes back fills the fields in again
}
document.querySelector("[aria-invalid=true]")?.focus(); // what was refused may stand far down

async function ask() {
  const turn = ++asked;
  const query = new URLSearchParams(fields.map((field) => [field.name, field.value]));
  const answer = await fetch(`${box.dataset.dates}?${query}`).catch(() => null);
  if (answer?.ok && !answer.redirected && turn === asked) box.innerHTML = await answer.text();
}

// One date needs no number.
function onlyWhatMatters() {
  document.querySelector("[data-number]")?.toggleAttribute("hidden", rhythm.value === "once");
}
