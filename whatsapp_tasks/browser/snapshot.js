// One look at the page. Reads, never changes anything; runs on any document, live or static.
// `config` is browser/selectors.toml as JSON: {elements: {name: [css, …]}, icons: {…}, texts: {…}}.
// Returns raw facts only: what they mean is decided in whatsapp_tasks/domain/page_snapshot.py.
// The rows of the chat list are read only on demand: most looks, those of sending, have no use for them.
(config, bubbleLimit, withRows) => {
  const first = (name, root) => {
    for (const css of config.elements[name] || []) {
      const found = (root || document).querySelector(css);
      if (found) return found;
    }
    return null;
  };
  const all = (name, root) => {
    for (const css of config.elements[name] || []) {
      const found = (root || document).querySelectorAll(css);
      if (found.length) return [...found];
    }
    return [];
  };
  const squeeze = (text) => (text || "").replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, "").replace(/\s+/g, " ").trim();
  const wordings = (name) => Object.values(config.texts[name] || {}).flat();
  const mentions = (name, text) => {
    const low = text.toLowerCase();
    return wordings(name).some((part) => low.includes(part.toLowerCase()));
  };
  const mentioned = (text) => (text ? Object.keys(config.texts).filter((name) => mentions(name, text)) : []);
  // A control on which a click changes nothing of the page's meaning is told by its icon, not by its words.
  const iconsIn = (root) => {
    const found = [];
    for (const node of root.querySelectorAll("[data-icon]")) found.push([node.getAttribute("data-icon"), node]);
    for (const node of root.querySelectorAll("svg > title")) found.push([node.textContent.trim(), node.parentElement]);
    return found;
  };
  const hasIcon = (root, list) => iconsIn(root).some(([name]) => (config.icons[list] || []).includes(name));
  const middle = (element) => {
    const box = element.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  };
  // The words of an element as they are shown: blocks apart, without the titles of drawings.
  const words = (element) => squeeze(element.innerText);
  const CONTROLS = "button, [role=button]";
  const button = (node) =>
    node && { label: squeeze(node.getAttribute("aria-label") || words(node)), closes: hasIcon(node, "close"), ...middle(node) };
  // The control of this name: by its selector, else the innermost one that says a wording of the same name.
  const control = (name) => {
    const found = first(name);
    if (found) return button(found);
    const saying = [...document.querySelectorAll("#app button, #app [role=button], #app a")].filter((node) => mentions(name, words(node)));
    return button(saying.find((node) => !saying.some((other) => other !== node && node.contains(other))) || null);
  };

  // Text as a person reads it: emoji are pictures with an alt text, line breaks are <br> or blocks.
  const textOf = (root) => {
    let out = "";
    const walk = (node) => {
      if (node.nodeType === 3) { out += node.data; return; }
      if (node.nodeType !== 1) return;
      if (node.nodeName === "IMG") { out += node.getAttribute("data-plain-text") || node.alt || ""; return; }
      if (node.nodeName === "BR") { out += "\n"; return; }
      if (node.nodeName === "svg" || node.getAttribute("aria-hidden") === "true") return;
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

  const isBlue = (node) => {
    for (const element of [node, ...node.querySelectorAll("*")]) {
      const style = getComputedStyle(element);
      for (const colour of [style.color, style.fill]) {
        const match = /rgba?\((\d+), (\d+), (\d+)/.exec(colour);
        if (match && +match[3] > 180 && +match[1] < 120) return true;
      }
    }
    return false;
  };
  const tickOf = (icons) => {
    for (const [name, node] of icons) {
      if (config.icons.failed.includes(name)) return "failed";
      if (config.icons.pending.includes(name)) return "pending";
      if (config.icons.one_tick.includes(name)) return "sent";
      if (config.icons.two_blue_ticks.includes(name)) return "read";
      if (config.icons.two_ticks.includes(name)) {
        const labelled = node.closest("[aria-label]");
        const label = squeeze((node.getAttribute("aria-label") || (labelled && labelled.getAttribute("aria-label")) || "")).toLowerCase();
        const isOne = (key) => wordings(key).some((text) => text.toLowerCase() === label);
        if (isOne("read")) return "read";
        if (isOne("delivered")) return "delivered";
        return isBlue(node) ? "read" : "delivered";
      }
    }
    return null;
  };
  const bubbleOf = (node) => {
    const raw = node.getAttribute("data-id");
    const parts = /^(true|false)_([^_]+)_([^_]+)/.exec(raw);
    const icons = iconsIn(node);
    const tick = tickOf(icons);
    const has = (list) => icons.some(([name]) => list.includes(name));
    const youLabel = [...node.querySelectorAll("span[aria-label]")].some((span) => wordings("you").includes(squeeze(span.getAttribute("aria-label"))));
    let outgoing = null;
    if (parts) outgoing = parts[1] === "true";
    else if (node.matches(".message-out") || node.querySelector(".message-out") || tick || has(config.icons.tail_out) || youLabel) outgoing = true;
    else if (node.matches(".message-in") || node.querySelector(".message-in") || has(config.icons.tail_in)) outgoing = false;
    else if (node.childElementCount) outgoing = false; // ours always carry a receipt icon; an emptied row tells nothing
    const body = first("bubble_text", node);
    return {
      id: parts ? parts[3] : raw,
      // A phone only: @lid and @g.us name people and groups by other numbers.
      chat: parts && /@c\.us$|^\d+$/.test(parts[2]) ? parts[2].split("@")[0] : null,
      outgoing,
      text: body ? textOf(body) : null,
      tick,
    };
  };

  // A badge is told by its number, which its label repeats, or by the label's words: the rows hold other labels.
  // A chat marked as unread by hand has a badge without a number, and nothing new.
  const ungrouped = (text) => squeeze(text).replace(/(\d)[.,\s](?=\d{3}(?!\d))/g, "$1");
  const unreadOf = (row) => {
    for (const node of all("unread_badge", row)) {
      const label = ungrouped(node.getAttribute("aria-label")).toLowerCase();
      const shown = ungrouped(node.textContent);
      const digits = /^\d+\+?$/.test(shown) ? parseInt(shown, 10) : null;
      const spoken = /\d+/.exec(label);
      const says = mentions("unread", label);
      if (digits !== null && (says || !label || (spoken && +spoken[0] === digits))) return digits;
      if (says && spoken) return +spoken[0];
    }
    return 0;
  };
  const rowOf = (row) => {
    const title = first("row_title", row);
    const name = title ? squeeze(title.getAttribute("title")).toWellFormed() : "";
    if (!name) return null; // the heading of a section
    const unread = unreadOf(row);
    const preview = unread ? first("row_preview", row) : null;
    const ours = preview && tickOf(iconsIn(row)); // the last message is ours: it is no answer
    const text = preview && !ours ? squeeze(textOf(preview) || preview.getAttribute("title")) : "";
    return { title: name, unread, preview: text.slice(0, 200).toWellFormed() };
  };

  const app = document.getElementById("app");
  const pane = first("chat_pane");
  const qr = first("qr");
  const linkCode = first("link_code");
  const main = first("main");
  const dialogs = all("dialog").map((node) => {
    const title = first("dialog_title", node);
    const text = first("dialog_text", node);
    const shown = { title: title ? words(title) : "", text: words(text || node), label: squeeze(node.getAttribute("aria-label") || "") };
    return {
      ...shown,
      texts: mentioned(`${shown.title} ${words(node)} ${shown.label}`),
      buttons: [...node.querySelectorAll(CONTROLS)].map(button),
    };
  });
  let chat = null;
  if (main) {
    const title = first("chat_title");
    const box = first("compose");
    const footer = first("footer");
    const rows = all("bubble");
    const known = new Set(rows);
    const outermost = rows.filter((node) => !known.has(node.parentElement && node.parentElement.closest("[data-id]")));
    // What stands in the place of the box. A footer with some editable box in it is no lock, whatever it says.
    const lock = footer && !box && !footer.querySelector("[contenteditable], textarea, input[type=text]");
    chat = {
      title: title ? squeeze(title.getAttribute("title") || title.textContent) : "",
      panel: !!first("message_panel"),
      compose: box && {
        text: composeText(box),
        focused: document.activeElement === box || box.contains(document.activeElement),
        ...middle(box),
      },
      footer: lock ? words(footer).slice(0, 500) : "",
      bubbles: outermost.slice(-(bubbleLimit || 60)).map(bubbleOf),
    };
  }
  // A banner is one control, or what stands in the area if there is none.
  const banners = all("banner_area").flatMap((area) => {
    const bars = area.matches("[role=button]") ? [area] : [...area.querySelectorAll("[role=button]")];
    const outer = bars.filter((bar) => !bars.some((other) => other !== bar && other.contains(bar)));
    return (outer.length ? outer : [area]).map((bar) => {
      const text = words(bar);
      const close = [...bar.querySelectorAll(CONTROLS)].find((node) => hasIcon(node, "close"));
      return { text, texts: mentioned(text), close: button(close || null), ...middle(bar) };
    });
  }).filter((banner) => banner.text);
  const screen = pane || !app ? "" : squeeze(app.innerText || app.textContent).slice(0, 2000);
  const body = app ? "" : squeeze(document.body && (document.body.innerText || document.body.textContent)).slice(0, 2000);
  const buttons = pane ? [] : [...document.querySelectorAll("#app button, #app [role=button], #app a")].slice(0, 40).map(button);
  // Chats and the chat list hold what others wrote: with any of them about, the rest is no full-screen state.
  const fullScreen = document.querySelector("#main, #side, [role=grid], [data-id]") ? "" : screen + " " + body;
  const input = pane || qr ? null : first("phone_entry");
  const IN_BANNERS = ["offline", "connecting", "syncing", "restricted", "new_chats_used_up", "temporary_ban", "ban"];
  const IN_FOOTER = ["restricted", "new_chats_used_up"];
  const seen = new Set([...mentioned(fullScreen), ...dialogs.flatMap((dialog) => dialog.texts)]);
  for (const banner of banners) for (const name of banner.texts) if (IN_BANNERS.includes(name)) seen.add(name);
  if (chat) for (const name of mentioned(chat.footer)) if (IN_FOOTER.includes(name)) seen.add(name);
  return {
    title: document.title,
    language: document.documentElement.lang,
    online: navigator.onLine,
    ready: document.readyState,
    era: first("mark_of_e3") ? "E3" : first("mark_of_e1") ? "E1" : app && (pane || qr) && !document.querySelector("[data-testid]") ? "E2" : null,
    app: !!app,
    chat_pane: !!pane,
    landing: !!first("landing"),
    qr: qr ? qr.getAttribute("data-ref") : null,
    qr_reload: button(first("qr_reload")),
    link_code: linkCode ? linkCode.getAttribute("data-link-code") : null,
    link_by_phone: pane || !qr ? null : control("link_by_phone"),
    phone_entry: input && { text: input.value, focused: document.activeElement === input, next: control("phone_next"), ...middle(input) },
    startup: !!first("startup"),
    screen: screen || body,
    buttons,
    dialogs,
    banners,
    chat,
    rows: withRows && pane ? all("chat_row").map(rowOf).filter(Boolean) : null,
    texts: [...seen],
  };
}
