// Forms whose answer takes seconds or minutes say so, with the time that has passed, and cannot be sent twice.
export function waits() {
  document.querySelectorAll("form[data-wait]").forEach((form) => {
    form.addEventListener("submit", () => {
      const began = Date.now();
      const said = document.createElement("p");
      said.className = "takes-time";
      said.setAttribute("role", "status");
      form.after(said);
      const show = () => {
        const seconds = Math.round((Date.now() - began) / 1000);
        said.textContent = seconds < 5 ? form.dataset.wait : `${form.dataset.wait} ${seconds} seconds so far.`;
      };
      show();
      const timer = setInterval(show, 1000);
      // After the browser has read which button was pressed.
      setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
      addEventListener("pageshow", (event) => {
        if (!event.persisted) return;
        clearInterval(timer);
        said.remove();
        form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
      });
    });
  });
}
