// A picture that was chosen is shown before it is sent, with its size, which is what directories look at first.
export function previews() {
  document.querySelectorAll('input[type=file][data-preview]').forEach((field) => {
    field.addEventListener("change", () => field.files[0] && show(field, field.files[0]));
  });
}

function show(field, file) {
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const picture = shown(field);
    picture.addEventListener("load", () => say(field, picture), { once: true });
    picture.src = reader.result; // our pages may show data:, and nothing from elsewhere
  });
  reader.readAsDataURL(file);
}

function shown(field) {
  const box = field.closest(".cover-field");
  let picture = box.querySelector("img.jacket");
  if (!picture) {
    picture = Object.assign(document.createElement("img"), { className: "jacket", alt: "The chosen picture", width: 96, height: 96 });
    box.querySelector(".jacket.none")?.remove();
    box.prepend(picture);
  }
  return picture;
}

function say(field, picture) {
  const { naturalWidth: width, naturalHeight: height } = picture;
  let line = field.parentElement.querySelector("[data-size]");
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "hint" });
    line.dataset.size = "";
    line.setAttribute("role", "status");
    field.after(line);
  }
  const fits = width === height && width >= 1400 && width <= 3000;
  line.textContent = `${width} × ${height} pixels${fits ? "" : width !== height ? ": covers are square" : width < 1400 ? ": covers have at least 1400" : ": covers have at most 3000"}.`;
}
