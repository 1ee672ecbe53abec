// A copy button after every [data-copy-text], and on every [data-copy] (the text to copy). None where the browser cannot.
export function offerCopy() {
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-copy-text], [data-copy]").forEach((place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button compact plain";
    const word = place.dataset.copyWord || "Copy";
    button.textContent = word;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(place.dataset.copy || place.textContent.trim());
      button.textContent = place.dataset.copiedWord || "Copied";
      setTimeout(() => (button.textContent = word), 2000);
    });
    place.after(button);
  });
}
