// Up and down in a list without losing the place: the same form is posted in the background and the item moves when the
// server agrees; without scripts, or when it does not agree, the form goes the ordinary way.
export function keepPlace() {
  document.querySelectorAll("form[data-reorder]").forEach((form) =>
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const item = form.closest("[data-item]");
      const up = event.submitter.value === "up";
      const neighbour = up ? item.previousElementSibling : item.nextElementSibling;
      const body = new URLSearchParams(new FormData(form, event.submitter));
      const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
      const moved = answer?.ok && !new URL(answer.url).pathname.startsWith("/studio/login");
      if (!moved) return location.reload();
      if (neighbour?.matches("[data-item]")) neighbour[up ? "before" : "after"](item);
      event.submitter.focus();
    }),
  );
}
