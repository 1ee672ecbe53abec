// What pages of the studio about sound gain with scripts on; each works without.
import { uploads } from "./upload.js";
import { chapterEditor } from "./chapters.js";
import { transcriptEditor } from "./transcript.js";
import { waits } from "./waiting.js";
import { previews } from "./preview.js";

uploads();
chapterEditor();
transcriptEditor();
waits();
previews();
document.querySelector("[aria-invalid=true]")?.focus();
