// What staff pages gain with scripts on; each works without.
import { closeMenus } from "./menus.js";
import { offerCopy } from "./copy.js";
import { showRefusal } from "./refused.js";
import { keyboardLists } from "./lists.js";
import { keepPlace } from "./reorder.js";
import { relativeTimes } from "./times.js";

document.documentElement.classList.add("js");
closeMenus();
offerCopy();
showRefusal();
keyboardLists();
keepPlace();
relativeTimes();

// On a phone the rail is wider than the screen: the room one is in comes into sight.
const rail = document.querySelector(".rail");
const here = rail?.querySelector("[aria-current]");
if (here && rail.scrollWidth > rail.clientWidth) rail.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - rail.clientWidth / 2;
