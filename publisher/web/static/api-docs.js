// Draws the operations of the OpenAPI document. Text goes in as text, never as markup.
const METHODS = ["get", "post", "put", "patch", "delete"];
const place = document.getElementById("operations");

const answer = await fetch(place.dataset.openapi);
if (answer.ok) draw(await answer.json());

function draw(api) {
  for (const [path, operations] of Object.entries(api.paths))
    for (const method of METHODS.filter((name) => operations[name])) place.append(operation(api, path, method, operations[method]));
}

function operation(api, path, method, about) {
  const inside = element("div", "inside stack", about.description ?? "");
  const parameters = [...(about.parameters ?? []), ...bodyFields(api, about)];
  if (parameters.length) inside.append(table(parameters));
  const answers = Object.entries(about.responses ?? {}).map(([code, it]) => `${code} ${it.description}`);
  inside.append(element("p", "small quiet", `${place.dataset.wordsAnswers}: ${answers.join(" · ")}`));
  const summary = document.createElement("summary");
  const code = element("code", "", `${method.toUpperCase()} ${path}`);
  code.dir = "ltr";
  summary.append(code, element("span", "quiet", about.summary ?? ""));
  const drawer = element("details", "drawer");
  drawer.append(summary, inside);
  return drawer;
}

function bodyFields(api, about) {
  const content = Object.values(about.requestBody?.content ?? {})[0];
  const schema = content ? resolve(api, content.schema) : {};
  return Object.entries(schema.properties ?? {}).map(([name, it]) => ({
    name, schema: it, description: it.description ?? it.title, required: schema.required?.includes(name),
  }));
}

function resolve(api, schema) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref.slice(2).split("/").reduce((part, key) => part[key], api);
}

function table(parameters) {
  const words = place.dataset;
  const made = element("table", "table");
  made.append(row("th", [words.wordsParameter, words.wordsType, words.wordsMeaning]));
  for (const it of parameters) made.append(row("td", [it.name + (it.required ? " *" : ""), typeOf(it.schema ?? {}), it.description ?? ""]));
  return made;
}

function typeOf(schema) {
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).filter((type) => type !== "null").join(" | ");
  if (schema.$ref) return schema.$ref.split("/").pop();
  return schema.type === "array" ? `list of ${typeOf(schema.items ?? {})}` : (schema.type ?? "");
}

function row(kind, cells) {
  const made = document.createElement("tr");
  made.append(...cells.map((text) => element(kind, "", text)));
  return made;
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
