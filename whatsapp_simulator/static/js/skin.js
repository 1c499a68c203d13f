// The look of the page, from data: every element comes from the skin's table of parts.
import boot from "/_sim/boot.js";
import { reshape, standing } from "./shape.js";

export const skin = boot.skin;
export const structure = boot.skin.structure;
export const fates = boot.fates;

const fill = (template, values) =>
  template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? skin.texts[name] ?? whole);

/** A text of the skin's language; `{name}` is filled in from `values`. */
export function text(key, values = {}) {
  return fill(skin.texts[key], values);
}

/** Gives an element's properties, listeners (`onclick`), attributes and children in one call. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  const given = children.flat().filter((child) => child !== null && child !== undefined);
  node.append(...given.flatMap(standing));
  return node;
}

/**
 * One part of the page, as this era has it. `values` fill the attributes' placeholders, `extra` are listeners
 * and attributes that no skin decides.
 */
export function part(name, values = {}, extra = {}, ...children) {
  return dress(name, skin.parts[name].tag, values, extra, children);
}

/** The attributes of a part on another tag: pieces of text that are formatted differently have the same. */
export function partAs(name, tag, extra = {}, ...children) {
  return dress(name, tag, {}, extra, children);
}

function dress(name, tag, values, extra, children) {
  const { attributes } = skin.parts[name];
  const filled = {};
  for (const [attribute, template] of Object.entries(attributes)) filled[attribute] = fill(template, values);
  const classes = [filled.class, extra.class].filter(Boolean).join(" ") || null;
  const node = element(tag, { ...filled, ...extra, class: classes }, ...children);
  node.classList.add(`ws-${name.replaceAll("_", "-")}`);
  return reshape(name, node);
}
