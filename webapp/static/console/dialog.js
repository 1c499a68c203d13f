// One dialog for every question: the browser keeps the focus in it, Escape says no.
import { fill, h } from "./dom.js";

const dialog = document.getElementById("dialog");
const form = document.getElementById("dialog-form");

// No submit button: Enter in a field presses the first one of those.
form.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) dialog.close("");
});

/** The values of `fields` when the person agrees, null when not. */
export function ask({ title, text, fields = [], agree, tone = "primary" }) {
  fill(form, [
    h("h2", { id: "dialog-title" }, title),
    h("p", {}, text),
    fields,
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", "data-close": true }, "Cancel"),
      h("button", { type: "submit", value: "yes", class: tone }, agree),
    ),
  ]);
  form.reset();
  dialog.returnValue = "";
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => resolve(dialog.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null),
      { once: true },
    );
    dialog.showModal();
  });
}

/** Shows something until it is closed. */
export async function show(title, ...content) {
  fill(form, [
    h("h2", { id: "dialog-title" }, title),
    ...content,
    h("div", { class: "buttons" }, h("button", { type: "submit", value: "", class: "primary" }, "Close")),
  ]);
  dialog.showModal();
}

export function textField(name, label, attributes = {}) {
  return h("p", { class: "field" }, h("label", { for: `field-${name}` }, label), h("input", { id: `field-${name}`, name, autocomplete: "off", ...attributes }));
}

export function choice(name, label, options) {
  return h(
    "fieldset",
    {},
    h("legend", {}, label),
    options.map(([value, text, hint]) =>
      h("label", { class: "option" }, h("input", { type: "radio", name, value, required: true }), h("span", {}, h("strong", {}, text), h("span", { class: "soft" }, hint))),
    ),
  );
}
