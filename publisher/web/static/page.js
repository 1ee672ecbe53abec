// What reader pages gain with scripts on; each works without.
import { closeMenus } from "./menus.js";
import { offerCopy } from "./copy.js";

closeMenus();
offerCopy();
