// Open menus close on Escape and when the pointer goes elsewhere.
export function closeMenus() {
  const open = () => document.querySelectorAll(".facets > details[open]");
  document.addEventListener("click", (event) => open().forEach((menu) => menu.contains(event.target) || (menu.open = false)));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
}
