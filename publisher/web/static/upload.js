// A file field that sends its file in pieces, goes on after a break, and survives a reload of the page.
// <div data-upload="/studio/podcasts/uploads" data-name="media" data-expect="episode"> around the plain file field.
const PIECE = 4 * 1024 * 1024;
const WAITS = [1, 2, 5, 10, 20, 30];

export function uploads() {
  document.querySelectorAll("[data-upload]").forEach(prepare);
}

function prepare(box) {
  const field = box.querySelector("input[type=file]");
  const form = field?.form;
  if (!field || !form || !window.fetch) return;
  const view = drawn(box, field);
  recall(view, box);
  addEventListener("beforeunload", (event) => { if (field.disabled) event.preventDefault(); });
  field.addEventListener("change", () => field.files[0] && take(box, form, field, view, field.files[0]));
}

// What was being sent when the page was left: the same file, chosen again, goes on where it stopped.
function recall(view, box) {
  if (box.dataset.waiting) return view.say(box.dataset.waiting);
  const kept = Object.keys(localStorage).find((key) => key.startsWith("upload:"));
  if (kept) view.say(`${kept.split(":").slice(1, -2).join(":")} was not sent to its end. Choose it again to go on where it stopped.`);
}

async function take(box, form, field, view, file) {
  const address = box.dataset.upload;
  const csrf = form.elements.namedItem("csrf").value;
  const note = `upload:${file.name}:${file.size}:${file.lastModified}`;
  const ask = (path, options = {}) => fetch(path, { ...options, headers: { "X-CSRF": csrf, ...options.headers } });
  view.start(file.name);
  field.disabled = true;
  let place = localStorage.getItem(note);
  let offset = place ? await standing(ask, place) : null;
  if (place && offset === null) localStorage.removeItem(note);
  if (offset === null) {
    const begun = await ask(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: file.name, length: file.size }) }).catch(() => null);
    if (!begun || !begun.ok) return refuse(view, field, await sentence(begun));
    place = begun.headers.get("Location");
    offset = 0;
    localStorage.setItem(note, place);
  }
  const done = await send(ask, place, file, offset, view);
  if (done !== true) return refuse(view, field, done);
  await finish(ask, place, box, field, view, note, "");
}

async function finish(ask, place, box, field, view, note, mend) {
  view.say(mend ? "Making it fit. This can take a few minutes." : "Looking into it…");
  const query = `?expect=${box.dataset.expect || "episode"}${mend ? "&mend=yes" : ""}`;
  const answer = await ask(`${place}/finish${query}`, { method: "POST" }).catch(() => null);
  const said = answer ? await answer.json().catch(() => ({})) : {};
  if (answer && answer.ok) {
    localStorage.removeItem(note);
    view.done(said);
    field.disabled = false;
    field.value = "";
    box.dispatchEvent(new CustomEvent("uploaded", { bubbles: true, detail: said }));
    return;
  }
  refuse(view, field, said.error || "The line broke. Choose the file again to go on.");
  if (said.can_mend && !mend) view.offer("Make it fit", () => finish(ask, place, box, field, view, note, "yes"));
}

async function standing(ask, place) {
  const answer = await ask(place).catch(() => null);
  return answer && answer.ok ? Number(answer.headers.get("Upload-Offset")) : null;
}

async function send(ask, place, file, offset, view) {
  const began = performance.now();
  const first = offset;
  let failures = 0;
  while (offset < file.size) {
    const piece = file.slice(offset, offset + PIECE);
    const answer = await ask(place, { method: "PATCH", headers: { "Upload-Offset": String(offset) }, body: piece }).catch(() => null);
    const there = answer ? Number(answer.headers.get("Upload-Offset")) : NaN;
    if (answer && (answer.ok || answer.status === 409) && !Number.isNaN(there)) {
      offset = there;
      failures = 0;
      view.progress(offset, file.size, (performance.now() - began) / 1000, first);
    } else if (answer && answer.status < 500 && answer.status !== 429) {
      return sentence(answer);
    } else {
      if (failures === WAITS.length) return "The line is broken. Choose the file again to go on where it stopped.";
      view.say(`The line broke. Trying again in ${WAITS[failures]} seconds.`);
      await new Promise((later) => setTimeout(later, WAITS[failures++] * 1000));
      offset = (await standing(ask, place)) ?? offset;
    }
  }
  return true;
}

async function sentence(answer) {
  const said = answer ? await answer.json().catch(() => ({})) : {};
  return said.error || "The line broke. Choose the file again.";
}

function refuse(view, field, words) {
  field.disabled = false;
  field.value = "";
  view.wrong(words);
}

function drawn(box, field) {
  const line = document.createElement("div");
  line.className = "upload";
  line.innerHTML = '<p role="status"></p><progress max="100" aria-label="Upload" hidden></progress>';
  const [words, bar] = line.children;
  const kept = document.createElement("input");
  kept.type = "hidden";
  kept.name = box.dataset.name || "media";
  kept.value = box.dataset.media || "";
  if (box.dataset.form) kept.setAttribute("form", box.dataset.form);
  field.after(line);
  box.append(kept);
  const say = (text) => { words.textContent = text; };
  return {
    say,
    start(name) { line.classList.remove("wrong"); line.querySelector("button")?.remove(); bar.hidden = false; bar.value = 0; say(`Sending ${name}…`); },
    progress(sent, all, seconds, first) {
      bar.value = (sent / all) * 100;
      const left = sent > first ? (seconds * (all - sent)) / (sent - first) : 0;
      const megas = (octets) => (octets / 1e6).toFixed(octets < 1e8 ? 1 : 0);
      say(`${megas(sent)} of ${megas(all)} MB` + (left > 1 ? `, about ${left < 90 ? `${Math.ceil(left)} seconds` : `${Math.ceil(left / 60)} minutes`} to go` : ""));
    },
    wrong(text) { line.classList.add("wrong"); bar.hidden = true; say(text); },
    offer(text, then) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button compact", textContent: text });
      button.addEventListener("click", () => { button.remove(); line.classList.remove("wrong"); then(); });
      line.append(button);
    },
    done(said) { bar.hidden = true; kept.value = said.media; say(`${said.name}: ${said.text}. Save to keep it.`); },
  };
}
