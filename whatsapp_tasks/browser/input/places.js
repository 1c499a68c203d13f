// The open chat as input sees it. `config` is browser/selectors.toml as JSON.
(config) => {
  const CONTROLS = "button, [role=button]";
  const shown = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true })) return false;
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
  const firstShown = (name, root) => all(name, root).find(shown) || null;
  const squeeze = (text) => (text || "").replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, "").replace(/\s+/g, " ").trim();
  const textOf = (root) => {
    let out = "";
    const walk = (node) => {
      if (node.nodeType === 3) { out += node.data; return; }
      if (node.nodeType !== 1) return;
      if (node.nodeName === "IMG") { out += node.getAttribute("data-plain-text") || node.alt || ""; return; }
      if (node.nodeName === "BR") { out += "\n"; return; }
      for (const child of node.childNodes) walk(child);
    };
    walk(root);
    return out;
  };
  const composeText = (box) => {
    const blocks = [...box.children].filter((child) => child.nodeName === "P");
    if (!blocks.length) return textOf(box);
    return blocks.map((block) => (block.childNodes.length === 1 && block.firstChild.nodeName === "BR" ? "" : textOf(block))).join("\n");
  };
  const iconsIn = (root) => [
    ...[...root.querySelectorAll("[data-icon]")].map((node) => node.getAttribute("data-icon")),
    ...[...root.querySelectorAll("svg > title")].map((node) => node.textContent.trim()),
  ];
  const sendOf = (footer) => {
    const inPlace = all("send", footer).map((node) => node.closest(CONTROLS) || node);
    const controls = [...footer.querySelectorAll(CONTROLS)].filter((control) => !control.disabled && shown(control));
    return controls.find((control) => iconsIn(control).some((name) => (config.icons.send || []).includes(name))) || controls.find((control) => inPlace.includes(control)) || null;
  };
  const nodes = (globalThis.whatsappTasksNodes ??= { ids: new WeakMap(), next: 1 });
  const nodeId = (element) => {
    if (!element) return 0;
    if (!nodes.ids.has(element)) nodes.ids.set(element, nodes.next++);
    return nodes.ids.get(element);
  };
  return {
    composeText,
    sendOf,
    dialogOver: () => all("dialog").concat(...document.querySelectorAll("[role=dialog], [role=alertdialog], [aria-modal=true], dialog[open]")).some(shown),
    suggestions: () => [...document.querySelectorAll("#wa-popovers-bucket button")].some(shown),
    chat: () => {
      const main = firstShown("main");
      const footer = main && firstShown("footer", main);
      const title = main && all("chat_title")[0];
      return {
        main,
        footer,
        box: footer && (all("compose").find((box) => footer.contains(box)) || null),
        nodes: [nodeId(main), nodeId(main && main.querySelector("header")), nodeId(footer)],
        title: title ? squeeze(title.getAttribute("title") || title.textContent) : "",
      };
    },
  };
}
