// What staff pages gain with scripts on; each works without.
import { closeMenus } from "./menus.js";
import { offerCopy } from "./copy.js";
import { keyboardLists } from "./lists.js";
import { keepPlace } from "./reorder.js";
import { relativeTimes } from "./times.js";

document.documentElement.classList.add("js");
closeMenus();
offerCopy();
keyboardLists();
keepPlace();
relativeTimes();
