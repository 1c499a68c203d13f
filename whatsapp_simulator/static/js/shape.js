// The page in another shape than the skin's own: what `mutations/` says of wrappers, attributes that moved,
// and ids that are there twice. Without a mutation nothing of this does anything.
import boot from "/_sim/boot.js";

const shape = boot.skin.shape ?? null;

const SVG = "http://www.w3.org/2000/svg";

/** A part that was just made, in its shape of this page; `name` is the part's. */
export function reshape(name, node) {
  if (!shape) return node;
  const wrapped = shape.wrapped[name];
  if (wrapped) {
    node.outer = made(wrapped.tag, wrapped.attributes);
    node.outer.classList.add("ws-outer");
    node.outer.append(node);
  }
  for (const [attribute, to] of Object.entries(shape.moved[name] ?? {})) move(node, attribute, to);
  if (shape.flat.includes(name)) node.isGone = true;
  for (const twice of shape.twice) if (twice.in === name) node.prepend(double(twice));
  return node;
}

/** What stands in the tree for a child: itself, the element around it, or its children alone. */
export function standing(child) {
  if (child?.isGone) return [...child.childNodes];
  return [child?.outer ?? child];
}

/** Where the children of a part are. */
export const inside = (node) => node.inner ?? node;

/** The element that bears an attribute of a part, which may be another one than the part's own. */
export const bearer = (node, attribute) => node.bearers?.[attribute] ?? node;

function made(tag, attributes) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function move(node, attribute, to) {
  const value = node.getAttribute(attribute);
  if (value === null) return;
  node.removeAttribute(attribute);
  const target = to === "outer" ? node.outer : innerOf(node);
  target.setAttribute(attribute, value);
  node.bearers = { ...node.bearers, [attribute]: target };
}

function innerOf(node) {
  if (!node.inner) {
    node.inner = made("span", { class: "ws-inner" });
    node.inner.append(...node.childNodes);
    node.append(node.inner);
  }
  return node.inner;
}

function double({ id, drawing }) {
  if (!drawing) return made("div", { id, hidden: "" });
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("width", "1");
  svg.setAttribute("height", "1");
  const title = document.createElementNS(SVG, "title");
  title.textContent = "key";
  const mask = document.createElementNS(SVG, "mask");
  mask.setAttribute("id", id);
  svg.append(title, mask);
  return svg;
}
