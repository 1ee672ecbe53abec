// The player. Without scripts the browser's own controls stay; with them these take their place: one button, a way to go,
// 15 seconds back, 30 on, six speeds, the keys of a player, and the device's own buttons (Media Session).
import { forgetPlace, keepPlace, keepSpeed, placeOf, speed } from "./player-memory.js";
import { follow } from "./player-following.js";

const BACK = 15;
const FORWARD = 30;
const KEEP_EVERY = 5; // seconds
let active = null; // whom the keys mean: who played last

class Player {
  constructor(root) {
    this.root = root;
    this.media = root.querySelector("audio, video");
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-do]")].map((part) => [part.dataset.do, part]));
    this.marks = JSON.parse(root.dataset.marks || "[]");
    this.watchers = [];
    this.waitingFor = null; // where to begin once the sound is there
    this.until = null;
    this.kept = 0;
    this.show();
    this.listen();
    this.remember();
  }

  get isPlaying() {
    return !this.media.paused && !this.media.ended;
  }

  get duration() {
    return Number.isFinite(this.media.duration) ? this.media.duration : Number(this.root.dataset.duration) || 0;
  }

  get position() {
    return this.waitingFor ?? this.media.currentTime;
  }

  whenMoved(watcher) {
    this.watchers.push(watcher);
    watcher(this.position);
  }

  play() {
    this.say("");
    this.media.play().catch((problem) => {
      if (!["AbortError", "NotAllowedError"].includes(problem.name)) this.say(this.root.dataset.failed);
    });
  }

  playFrom(seconds, until = null) {
    this.seek(seconds);
    this.until = until;
    this.play();
  }

  toggle() {
    if (this.isPlaying) this.media.pause();
    else this.play();
  }

  seek(seconds) {
    const end = this.duration || Infinity;
    const wanted = Math.min(Math.max(seconds, 0), Math.max(end - 0.25, 0));
    this.until = null;
    if (this.media.readyState === 0) this.waitingFor = wanted;
    else this.media.currentTime = wanted;
    this.draw();
  }

  jump(seconds) {
    this.seek(this.position + seconds);
  }

  show() {
    this.media.removeAttribute("controls");
    this.root.querySelector(".deck").hidden = false;
    this.media.playbackRate = this.media.defaultPlaybackRate = speed();
    this.parts.speed.value = String(speed());
    this.placeMarks();
  }

  placeMarks() {
    const row = this.root.querySelector(".marks");
    row.replaceChildren(
      ...this.marks.filter(([start]) => start > 0 && start < this.duration).map(([start]) => {
        const mark = document.createElement("i");
        mark.style.left = `${(100 * start) / this.duration}%`;
        return mark;
      }),
    );
  }

  listen() {
    const { toggle, back, forward, seek, speed: rate } = this.parts;
    toggle.addEventListener("click", () => this.toggle());
    back.addEventListener("click", () => this.jump(-BACK));
    forward.addEventListener("click", () => this.jump(FORWARD));
    seek.addEventListener("input", () => this.seek(Number(seek.value)));
    rate.addEventListener("change", () => {
      this.media.playbackRate = this.media.defaultPlaybackRate = Number(rate.value);
      keepSpeed(Number(rate.value));
    });
    const on = (kind, what) => this.media.addEventListener(kind, what);
    on("loadedmetadata", () => this.loaded());
    on("timeupdate", () => this.moved());
    on("seeked", () => this.draw());
    on("play", () => this.begun());
    on("pause", () => this.rested());
    on("ended", () => forgetPlace(this.root.dataset.key));
    on("waiting", () => this.root.setAttribute("aria-busy", "true"));
    for (const kind of ["playing", "pause", "error"]) on(kind, () => this.root.removeAttribute("aria-busy"));
    on("error", () => this.say(this.root.dataset.failed));
    addEventListener("pagehide", () => this.keep());
  }

  loaded() {
    if (this.waitingFor !== null) this.media.currentTime = this.waitingFor;
    this.waitingFor = null;
    this.placeMarks();
    this.draw();
  }

  moved() {
    if (this.until !== null && this.media.currentTime >= this.until) {
      this.until = null;
      this.media.pause();
    }
    if (Math.abs(this.media.currentTime - this.kept) >= KEEP_EVERY) this.keep();
    this.draw();
  }

  begun() {
    players.forEach((other) => other !== this && other.media.pause());
    active = this;
    this.dress();
    tellTheDevice(this);
  }

  rested() {
    this.keep();
    this.dress();
  }

  dress() {
    this.root.classList.toggle("playing", this.isPlaying);
    const word = this.isPlaying ? "pause" : "play";
    this.parts.toggle.setAttribute("aria-label", this.parts.toggle.dataset[word]);
  }

  draw() {
    const { position, duration } = this;
    const range = this.parts.seek;
    range.max = String(duration || 1);
    range.value = String(position);
    range.style.setProperty("--done", `${duration ? (100 * position) / duration : 0}%`);
    const chapter = this.marks.findLast?.(([start]) => start <= position + 0.05)?.[1] ?? "";
    range.setAttribute("aria-valuetext", [`${clock(position)} / ${clock(duration)}`, chapter].filter(Boolean).join(" · "));
    this.root.querySelector("[data-elapsed]").textContent = clock(position);
    this.root.querySelector("[data-left]").textContent = duration ? `−${clock(duration - position)}` : "";
    this.root.querySelector("[data-chapter]").textContent = chapter;
    this.watchers.forEach((watcher) => watcher(position));
  }

  // The place of last time is shown, not announced; pressing play goes on from there.
  remember() {
    const place = placeOf(this.root.dataset.key);
    if (place > 5 && place < this.duration - 5) this.waitingFor = place;
    this.draw();
  }

  keep() {
    if (this.media.readyState === 0 || this.media.ended) return;
    this.kept = this.media.currentTime;
    keepPlace(this.root.dataset.key, this.kept);
  }

  say(sentence) {
    const place = this.root.querySelector("[data-error]");
    place.textContent = sentence;
    place.hidden = !sentence;
  }
}

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function tellTheDevice(player) {
  if (!("mediaSession" in navigator)) return;
  const { title, show, picture } = player.root.dataset;
  const artwork = picture ? [{ src: picture, sizes: "320x320", type: "image/webp" }] : [];
  navigator.mediaSession.metadata = new MediaMetadata({ title, artist: show, album: show, artwork });
  const actions = {
    play: () => player.play(),
    pause: () => player.media.pause(),
    seekbackward: (details) => player.jump(-(details.seekOffset || BACK)),
    seekforward: (details) => player.jump(details.seekOffset || FORWARD),
    seekto: (details) => player.seek(details.seekTime),
  };
  for (const [name, action] of Object.entries(actions)) navigator.mediaSession.setActionHandler(name, action);
}

// Space and arrows mean the player that has the focus, else the one that played last; never while somebody types, and never
// before anything was played: until then they scroll.
function onKey(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const at = event.target instanceof Element ? event.target : document.body;
  if (at.closest("input:not([type=range]), textarea, select, [contenteditable], [role=dialog]")) return;
  const player = players.find((one) => one.root.contains(at)) ?? active;
  if (!player) return;
  if (event.key === " " && !at.closest("button, a, summary")) player.toggle();
  else if (event.key === "ArrowLeft") player.jump(-BACK);
  else if (event.key === "ArrowRight") player.jump(FORWARD);
  else return;
  event.preventDefault();
}

// …#t=83 begins there; …#play begins at once, where the browser lets it.
function obeyAddress(player) {
  const place = /^#t=(\d+(?:\.\d+)?)/.exec(location.hash);
  if (place) player.seek(Number(place[1]));
  if (location.hash !== "#play") return;
  player.play();
  history.replaceState(null, "", location.pathname + location.search); // an address to copy does not begin to play elsewhere
}

const players = [...document.querySelectorAll("[data-player]")].map((root) => new Player(root));
if (players.length) {
  document.addEventListener("keydown", onKey);
  follow(players[0]);
  obeyAddress(players[0]);
  addEventListener("hashchange", () => obeyAddress(players[0]));
}
