// To how many a letter goes is counted anew when whom it goes to is changed; without scripts a button does it.
export function counts() {
  document.querySelectorAll("form[data-counting]").forEach((form) => {
    form.addEventListener("change", (event) => event.target.matches("[data-counts]") && count(form));
    form.querySelectorAll("[data-look]").forEach((menu) => menu.addEventListener("change", () => menu.form.querySelector("[formtarget]").click()));
  });
}

async function count(form) {
  const body = new URLSearchParams(new FormData(form));
  body.set("verb", "count");
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  const html = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-number]")) {
    const next = html?.querySelector(`[data-number="${old.dataset.number}"]`);
    if (next) old.innerHTML = next.innerHTML;
  }
}

counts();
