// The page of a webinar that is on renews itself every few seconds. What is being typed stays as it is, and where it is.
const EVERY = 5000;

export function live() {
  const board = document.querySelector("[data-live]");
  if (!board) return;
  const typing = (event) => event.target.matches("textarea, input") && event.target.closest("[data-key]")?.setAttribute("data-typed", "");
  board.addEventListener("input", typing);
  board.addEventListener("focusin", typing);
  board.addEventListener("submit", (event) => quietly(event, board));
  board.addEventListener("click", (event) => opened(event, board));
  const again = async () => {
    if (!document.hidden) await renew(board);
    setTimeout(again, EVERY);
  };
  setTimeout(again, EVERY);
}

// One button of a question goes in the background, so that an answer that is half written elsewhere is not lost.
async function quietly(event, board) {
  const form = event.target;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (!answer) return say(board, "The line broke. Press once more.");
  if (signedOut(answer)) return say(board, OUT);
  if (form.querySelector("textarea") && answer.ok) {
    form.closest("[data-key]").removeAttribute("data-typed");
    history.replaceState(null, "", location.pathname);
  }
  show(board, await answer.text(), !answer.ok);
}

// Opening a question to answer it, or closing it, without leaving the page.
async function opened(event, board) {
  const link = event.target.closest("[data-opens]");
  if (!link) return;
  event.preventDefault();
  history.replaceState(null, "", link.href);
  link.closest("[data-key]").removeAttribute("data-typed");
  await renew(board);
  document.getElementById(new URL(link.href).hash.slice(1))?.querySelector("textarea")?.focus();
}

const OUT = "You are signed out. Sign in again in another tab; what you have typed stays here.";
const signedOut = (answer) => new URL(answer.url).pathname.startsWith("/studio/login");

async function renew(board) {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || answer.status >= 500) return say(board, "The line is broken. What you see is as it was; it is tried again.");
  if (signedOut(answer)) return say(board, OUT);
  if (answer.ok) show(board, await answer.text());
}

function show(board, html, refused = false) {
  const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-live]");
  if (!next) return;
  const typed = new Map([...board.querySelectorAll("[data-typed]")].map((item) => [item.dataset.key, item]));
  if (refused) typed.forEach((item, key) => next.querySelector(`[data-key="${key}"] .error`) && typed.delete(key));
  for (const part of next.querySelectorAll("[data-part]")) {
    const old = board.querySelector(`[data-part="${part.dataset.part}"]`);
    if (old) put(old, part, typed);
  }
  say(board, "");
}

// Everything is taken as it comes, but for the questions at which somebody is typing.
function put(old, part, typed) {
  const list = old.querySelector("[data-asked]");
  const mine = list ? [...list.children].filter((item) => typed.get(item.dataset.key) === item) : [];
  part.querySelectorAll("[data-key]").forEach((item) => typed.has(item.dataset.key) && !mine.includes(typed.get(item.dataset.key)) && item.remove());
  if (!mine.length) return replace(old, part);
  old.querySelector("h2").innerHTML = part.querySelector("h2").innerHTML;
  [...list.children].forEach((item) => mine.includes(item) || item.remove());
  let place = list.firstElementChild;
  for (const item of [...part.querySelector("[data-asked]").children]) {
    const kept = typed.get(item.dataset.key);
    if (kept) place = kept.nextElementSibling;
    else list.insertBefore(document.adoptNode(item), place);
  }
}

// A list that was opened stays open, and a button that has the focus keeps it.
function replace(old, part) {
  if (old.innerHTML === part.innerHTML) return;
  const open = [...old.querySelectorAll("details[open][id]")].map((one) => one.id);
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.innerHTML = part.innerHTML;
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function say(board, words) {
  const line = board.querySelector("[data-trouble]");
  if (line.textContent !== words) line.textContent = words;
  line.hidden = !words;
}

live();
