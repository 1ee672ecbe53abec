// A page that waits for something asks again by itself, without taking anybody away from where they are.
export function renews() {
  const meta = document.querySelector("meta[name=renews]");
  if (!meta) return;
  setTimeout(async () => {
    const text = await fetch(location.href).then((answer) => (answer.ok ? answer.text() : "")).catch(() => "");
    const page = new DOMParser().parseFromString(text, "text/html");
    const next = page.querySelector("meta[name=renews]");
    if (text && !next) return location.reload(); // what it waited for has come
    const [ours, theirs] = [document, page].map((one) => one.querySelector("main .live"));
    if (ours && theirs) ours.replaceWith(theirs);
    if (next) meta.content = next.content;
    renews();
  }, Number(meta.content) * 1000);
}
