// Lists by keyboard (j k Enter e x / ?) and the bar of bulk actions, shown once something is ticked.
export function keyboardLists() {
  const rows = [...document.querySelectorAll("[data-rows] > .row")];
  bulk();
  let at = -1;
  const actions = {
    j: () => (at = go(rows, Math.min(at + 1, rows.length - 1))),
    k: () => (at = go(rows, Math.max(at - 1, 0))),
    x: () => rows[at]?.querySelector("input[type=checkbox]")?.click(),
    e: () => rows[at]?.dataset.edit && location.assign(rows[at].dataset.edit),
    Enter: () => rows[at]?.querySelector("a.name")?.click(),
    "/": () => document.querySelector("[data-search]")?.focus(),
    "?": () => document.getElementById("keys")?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) return;
    if (event.key === "Enter" && event.target !== document.body) return;
    const act = actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

// Typing in a field is typing; a ticked box is no field.
function busy(target) {
  if (document.querySelector("dialog[open]")) return true;
  return target.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");
}

function go(rows, to) {
  rows.forEach((row, index) => row.classList.toggle("here", index === to));
  rows[to]?.scrollIntoView({ block: "nearest" });
  document.activeElement?.blur();
  return to;
}

function bulk() {
  document.querySelectorAll("form[data-bulk]").forEach((form) => {
    const boxes = [...form.querySelectorAll(".row input[name=id]")];
    const bar = form.querySelector("[data-bulk-bar]");
    if (!bar || !boxes.length) return;
    const all = document.createElement("input");
    all.type = "checkbox";
    const label = document.createElement("label");
    label.className = "choice small quiet";
    label.append(all, "Tick all on this page");
    form.prepend(label);
    const show = () => {
      const chosen = boxes.filter((box) => box.checked);
      boxes.forEach((box) => box.closest(".row").classList.toggle("chosen", box.checked));
      bar.classList.toggle("on", chosen.length > 0);
      bar.querySelector("[data-count]").textContent = `${chosen.length} of ${boxes.length} ticked`;
      all.checked = chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    };
    all.addEventListener("change", () => {
      boxes.forEach((box) => (box.checked = all.checked));
      show();
    });
    form.addEventListener("change", show);
    show();
  });
}
