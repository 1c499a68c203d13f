// What the page is made of, without what people wrote: for those who repair selectors after a change.
// Tags, roles, test ids and icons as they are; of texts, labels and names their shape alone: "Xxx 00" says
// three letters and two digits. Returns lines of text, indented by depth.
(limit) => {
  const KEPT = ["role", "data-icon", "data-tab", "contenteditable", "aria-modal", "aria-hidden", "aria-disabled", "type", "dir"];
  const SHAPED = ["aria-label", "title", "alt", "placeholder"];
  const shape = (text) => {
    const flat = text.replace(/\s+/g, " ").trim().replace(/\p{Lu}/gu, "X").replace(/\p{N}/gu, "0").replace(/[^\sX0.,:;!?+()'"/@…–-]/gu, "x");
    return flat.length > 60 ? `${flat.slice(0, 57)}… (${flat.length})` : flat;
  };
  // Numbers and long codes in ids belong to chats and messages.
  const named = (value) => value.replace(/[0-9A-F]{8,}/gi, "#").replace(/\d{3,}/g, "0").slice(0, 80);
  const lines = [];
  const walk = (node, depth) => {
    if (lines.length >= limit) return;
    if (node.nodeType === 3) {
      if (node.data.trim()) lines.push(`${" ".repeat(depth)}"${shape(node.data)}"`);
      return;
    }
    if (node.nodeType !== 1 || ["SCRIPT", "STYLE", "LINK", "META", "NOSCRIPT"].includes(node.nodeName)) return;
    const parts = [node.nodeName.toLowerCase()];
    if (node.id) parts.push(`#${named(node.id)}`);
    const testId = node.getAttribute("data-testid");
    if (testId) parts.push(`testid=${named(testId)}`);
    for (const name of KEPT) if (node.hasAttribute(name)) parts.push(`${name}=${named(node.getAttribute(name))}`);
    for (const name of SHAPED) if (node.hasAttribute(name)) parts.push(`${name}="${shape(node.getAttribute(name))}"`);
    if (node.hasAttribute("data-id")) parts.push("data-id");
    if (node.hasAttribute("data-ref")) parts.push("data-ref");
    if (node.nodeName === "svg") {
      const title = node.querySelector("title");
      if (title) parts.push(`icon=${named(title.textContent.trim())}`);
      lines.push(" ".repeat(depth) + parts.join(" "));
      return;
    }
    lines.push(" ".repeat(depth) + parts.join(" "));
    for (const child of node.childNodes) walk(child, depth + 1);
  };
  if (document.body) walk(document.body, 0);
  if (lines.length >= limit) lines.push("… (more)");
  return lines;
}
