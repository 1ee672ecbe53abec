// What reader pages gain with scripts on; each works without.
import { closeMenus } from "./menus.js";
import { offerCopy } from "./copy.js";
import { showRefusal } from "./refused.js";
import { renews } from "./renews.js";

closeMenus();
offerCopy();
showRefusal();
renews();

// A link in a field: the whole of it is chosen at once.
document.querySelectorAll(".copy-field input").forEach((field) => field.addEventListener("focus", () => field.select()));

document.querySelectorAll("[data-print]").forEach((button) => {
  button.closest("[data-print-line]").hidden = false;
  button.addEventListener("click", () => window.print());
});
