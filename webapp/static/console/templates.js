// Templates: the list, and one that is being written. Values to try it with go to the server, and are kept nowhere.
import { age, tick } from "./clock.js";
import { ask } from "./dialog.js";
import { fill, h } from "./dom.js";
import { say } from "./notices.js";
import { get, post } from "./server.js";

const TRY_AFTER_MS = 250;
const BASE = "/console/templates";
const part = (id) => document.getElementById(id);

let templates = [];
let cameFrom = null; // the button that opened the editor, for the focus
let trying = 0;

async function load() {
  try {
    ({ templates } = await get(`${BASE}/all`));
    trouble(part("trouble"), "");
    render();
  } catch (error) {
    trouble(part("trouble"), error.message);
  }
}

function trouble(where, problem) {
  where.hidden = !problem;
  where.textContent = problem;
}

// --- the list ---

function render() {
  const none = h("p", { class: "card empty soft" }, "None yet. A message can be sent with its text alone.");
  fill(part("templates"), [templates.length ? h("ul", { class: "card rows templates" }, templates.map(row)) : none]);
}

function row(template, index) {
  return h(
    "li",
    { "data-key": placeOf(template) },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("strong", {}, template.name),
        h("span", { class: "badge" }, template.language),
        h("span", { class: "soft" }, template.variables.join(", ")),
        age(template.updated_ms),
      ),
      h(
        "div",
        { class: "body" },
        h("p", { class: "text" }, template.text),
        h("p", { class: "soft small" }, `Last written by ${template.author}.`),
        h(
          "div",
          { class: "buttons" },
          button("edit", index, "Edit", template),
          button("copy", index, "Add a language", template),
          button("delete", index, "Delete …", template, "danger"),
        ),
      ),
    ),
  );
}

const placeOf = ({ name, language }) => `${name}/${language}`;

function button(action, index, words, template, tone = null) {
  const of = h("span", { class: "unseen" }, ` ${template.name} ${template.language}`);
  return h("button", { type: "button", class: tone, "data-action": action, "data-index": index, "data-key": action }, words, of);
}

// --- one that is being written ---

function write(title, { name = "", language = "", text = "" }, { fixed = false } = {}) {
  part("editor-title").textContent = title;
  part("form").reset();
  for (const [id, value] of Object.entries({ name, language, text })) part(id).value = value;
  part("name").readOnly = part("language").readOnly = fixed;
  fill(part("variables"), []);
  trouble(part("problem"), "");
  part("editor").hidden = false;
  const first = fixed ? "text" : name ? "language" : "name";
  part(first).focus();
  part("editor").scrollIntoView({ block: "nearest" });
  tryOut();
}

function close() {
  part("editor").hidden = true;
  if (cameFrom?.isConnected) cameFrom.focus();
  else part("main").focus();
}

const values = () => Object.fromEntries([...part("variables").querySelectorAll("input")].map((input) => [input.dataset.variable, input.value]));

async function tryOut() {
  const mine = ++trying;
  const text = part("text").value;
  let shown = { variables: [], text: "" };
  let problem = "";
  if (text.trim()) {
    try {
      shown = await post(`${BASE}/try`, { text, variables: values() });
    } catch (error) {
      problem = error.message;
    }
  }
  if (mine !== trying) return; // something was typed meanwhile
  trouble(part("problem"), problem);
  if (problem) return;
  part("preview").textContent = shown.text;
  part("values").hidden = !shown.variables.length;
  fill(part("variables"), shown.variables.map(valueField));
}

function valueField(name) {
  const id = `value-${name}`;
  return h("p", { class: "field", "data-key": name }, h("label", { for: id }, name), h("input", { id, "data-variable": name, autocomplete: "off" }));
}

part("form").addEventListener("input", () => {
  clearTimeout(tryOut.timer);
  tryOut.timer = setTimeout(tryOut, TRY_AFTER_MS);
});

part("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  clearTimeout(tryOut.timer);
  trying += 1;
  const [name, language, text] = ["name", "language", "text"].map((id) => part(id).value);
  const known = templates.some((each) => placeOf(each) === `${name}/${language}`);
  if (known && !part("name").readOnly && !(await replaces(name, language))) return;
  try {
    const { outcome } = await post(`${BASE}/${encodeURIComponent(name)}/${encodeURIComponent(language)}`, { text });
    await load();
    close();
    say(outcome === "unchanged" ? "Nothing was changed." : `${name} ${language} is ${outcome}.`);
  } catch (error) {
    trouble(part("problem"), error.message);
  }
});

const replaces = (name, language) =>
  ask({ title: `Replace ${name} ${language}?`, text: "There is such a template already. Its text is replaced.", agree: "Replace" });

// --- what can be clicked ---

const ACTIONS = {
  new: () => write("New template", {}),
  edit: (template) => write(`Edit ${template.name} ${template.language}`, template, { fixed: true }),
  copy: (template) => write(`${template.name} in another language`, { ...template, language: "" }),
  close,
  async delete(template) {
    const { name, language } = template;
    const sure = await ask({
      title: `Delete ${name} ${language}?`,
      text: "Messages that were accepted keep their text. New ones that name it are refused.",
      agree: "Delete",
      tone: "danger",
    });
    if (!sure) return;
    await post(`${BASE}/${name}/${language}/delete`);
    await load();
    part("main").focus();
    say(`${name} ${language} is deleted.`);
  },
};

document.addEventListener("click", async (event) => {
  const clicked = event.target.closest("[data-action]");
  if (!clicked) return;
  if (clicked.dataset.action !== "close") cameFrom = clicked;
  try {
    await ACTIONS[clicked.dataset.action](templates[clicked.dataset.index]);
  } catch (error) {
    say(error.message, "bad");
  }
});

setInterval(tick, 1000);
load();
