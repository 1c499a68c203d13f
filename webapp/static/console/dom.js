// Builds elements, and makes the page equal to what was built while it keeps what a person has done to it:
// focus, opened details, scroll, selection.

const SVG = "http://www.w3.org/2000/svg";

/** An element. Names of SVG elements begin with "svg:". Children that are null or false are left out. */
export function h(name, attributes = {}, ...children) {
  const element = name.startsWith("svg:") ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Makes `children` the children of `parent`, reusing elements by their data-key, else by their position. */
export function fill(parent, children) {
  const wanted = children.flat(Infinity).filter(Boolean);
  const keyed = new Map([...parent.children].filter((each) => each.dataset.key).map((each) => [each.dataset.key, each]));
  let position = parent.firstChild;
  for (const node of wanted) {
    const known = node.dataset?.key ? keyed.get(node.dataset.key) : position;
    if (known && alike(known, node)) {
      if (known !== position) parent.insertBefore(known, position);
      else position = position.nextSibling;
      morph(known, node);
    } else {
      parent.insertBefore(node, position);
    }
  }
  while (position) {
    const next = position.nextSibling;
    position.remove();
    position = next;
  }
}

function alike(known, node) {
  return known.nodeType === node.nodeType && known.nodeName === node.nodeName && known.dataset?.key === node.dataset?.key;
}

// What a person, not the state, decides.
const THEIRS = { DETAILS: ["open"], INPUT: ["value"] };

function morph(known, node) {
  if (known.nodeType === Node.TEXT_NODE) {
    if (known.data !== node.data) known.data = node.data;
    return;
  }
  const theirs = THEIRS[known.nodeName] ?? [];
  for (const { name } of [...known.attributes]) {
    if (!node.hasAttribute(name) && !theirs.includes(name)) known.removeAttribute(name);
  }
  for (const { name, value } of node.attributes) {
    if (known.getAttribute(name) !== value && !theirs.includes(name)) known.setAttribute(name, value);
  }
  fill(known, [...node.childNodes]);
}
