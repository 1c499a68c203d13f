// What all parts of a look share. `config` is browser/selectors.toml as JSON: {elements: {name: [css, …]},
// icons: {…}, texts: {…}}. Looks only; the one thing kept is a number for each element that was asked about.
(config) => {
  // Ids and names are not unique on the page (drawings bear ids of their own, a chat may be mounted twice):
  // an element is asked for in its place, and must be one that is shown.
  const rendered = (element) => element.checkVisibility({ visibilityProperty: true });
  const shown = (element) => {
    if (!rendered(element)) return false;
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  const all = (name, root) => {
    for (const css of config.elements[name] || []) {
      const found = (root || document).querySelectorAll(css);
      if (found.length) return [...found];
    }
    return [];
  };
  const first = (name, root) => all(name, root)[0] || null;
  const firstShown = (name, root) => {
    for (const css of config.elements[name] || []) {
      const found = [...(root || document).querySelectorAll(css)].filter(shown);
      if (found.length) return found.find((element) => !element.closest("[aria-hidden=true], [inert]")) || found[0];
    }
    return null;
  };
  // Every variant counts, unlike in `all`.
  const every = (name, root) => (config.elements[name] || []).flatMap((css) => [...root.querySelectorAll(css)]);
  // The innermost ancestor of this name, below `root`.
  const around = (name, node, root) => {
    for (const css of config.elements[name] || []) {
      const found = node.closest(css);
      if (found && found !== root && root.contains(found)) return found;
    }
    return null;
  };

  const squeeze = (text) => (text || "").replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, "").replace(/\s+/g, " ").trim();
  // The words of an element as they are shown: blocks apart, without the titles of drawings.
  const words = (element) => squeeze(element.innerText);
  const labelOf = (node) => squeeze(node.getAttribute("aria-label") || "");
  // Words of the page are compared in lower case, with one kind of apostrophe.
  const plain = (text) => text.toLowerCase().replace(/[\u2018\u2019\u02bc]/g, "'");
  const known = {};
  for (const [name, byLanguage] of Object.entries(config.texts)) known[name] = Object.values(byLanguage).flat().map(plain);
  const saying = (name, low) => (known[name] || []).some((part) => low.includes(part));
  const mentions = (name, text) => saying(name, plain(text));
  const mentioned = (text) => {
    const low = plain(text || "");
    return low ? Object.keys(known).filter((name) => saying(name, low)) : [];
  };
  const is = (name, text) => (known[name] || []).includes(plain(text));

  // A control whose click is harmless is recognised by its icon, not by its words.
  const iconsIn = (root) => {
    const found = [];
    for (const node of root.querySelectorAll("[data-icon]")) found.push([node.getAttribute("data-icon"), node]);
    for (const node of root.querySelectorAll("svg > title")) found.push([node.textContent.trim(), node.parentElement]);
    return found;
  };
  const isIcon = (list, name) => (config.icons[list] || []).includes(name);
  const hasIcon = (root, list) => iconsIn(root).some(([name]) => isIcon(list, name));

  const middle = (element) => {
    const box = element.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  };
  const CONTROLS = "button, [role=button]";
  const button = (node) => node && { label: labelOf(node) || words(node), closes: hasIcon(node, "close"), ...middle(node) };

  // Text as a person reads it: emoji are pictures with an alt text, line breaks are <br> or blocks.
  const BLOCKS = /^(UL|OL|LI|BLOCKQUOTE|P)$/;
  const textOf = (root) => {
    let out = "";
    const apart = () => { if (out && !out.endsWith("\n")) out += "\n"; };
    const walk = (node) => {
      if (node.nodeType === 3) { out += node.data; return; }
      if (node.nodeType !== 1) return;
      if (node.nodeName === "IMG") { out += node.getAttribute("data-plain-text") || node.alt || ""; return; }
      if (node.nodeName === "BR") { out += "\n"; return; }
      if (node.nodeName === "svg" || node.getAttribute("aria-hidden") === "true") return;
      // An emoji without a picture of its own is a box that says it in its label.
      if (!node.firstChild && node.matches("span[data-testid~=EMOJI]")) { out += labelOf(node); return; }
      const block = BLOCKS.test(node.nodeName);
      if (block) apart();
      for (const child of node.childNodes) walk(child);
      if (block && node !== root) apart();
    };
    walk(root);
    return out;
  };

  // Ids of messages. The sender chooses them. In an era whose ids carry no phone (E3), one that seems to carry it is false.
  const isBare = (row) => /^conv-msg-/.test(row.getAttribute("data-testid") || "");
  const idParts = (row, raw) => (isBare(row) ? null : /^(true|false)_([^_]+)_([^_]+)/.exec(raw));
  const idOf = (row) => {
    const raw = row.getAttribute("data-id") || "";
    const parts = idParts(row, raw);
    return parts ? parts[3] : raw;
  };

  // A number that stays with an element as long as the document lives, 0 for none.
  const nodes = (globalThis.whatsappTasksNodes ??= { ids: new WeakMap(), next: 1 });
  const nodeId = (element) => {
    if (!element) return 0;
    if (!nodes.ids.has(element)) nodes.ids.set(element, nodes.next++);
    return nodes.ids.get(element);
  };

  // The name of a chat, the same in its header and in the list: emoji may be pictures in it (docs/whatsapp-web.md,
  // 12.12). One of blanks or direction marks alone is a name as well.
  const nameIn = (node) => {
    const raw = node ? node.getAttribute("title") || textOf(node) : "";
    return (squeeze(raw) || raw).toWellFormed();
  };

  return {
    CONTROLS, all, around, button, config, every, first, firstShown, hasIcon, iconsIn, idOf, idParts, is, isBare, isIcon,
    labelOf, mentioned, mentions, middle, nameIn, nodeId, rendered, shown, squeeze, textOf, words,
  };
}
