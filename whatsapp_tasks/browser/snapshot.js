// One look at the page. Reads, never changes anything; runs on any document, live or static.
// `config` is browser/selectors.toml as JSON: {elements: {name: [css, …]}, icons: {…}, texts: {…}}.
// Returns raw facts only: what they mean is decided in whatsapp_tasks/domain/page_snapshot.py.
(config, bubbleLimit) => {
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
  const mentions = (name, text) => {
    const low = text.toLowerCase();
    return Object.values(config.texts[name] || {}).flat().some((part) => low.includes(part.toLowerCase()));
  };
  const middle = (element) => {
    const box = element.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
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

  const iconsIn = (root) => {
    const found = [];
    for (const node of root.querySelectorAll("[data-icon]")) found.push([node.getAttribute("data-icon"), node]);
    for (const node of root.querySelectorAll("svg > title")) found.push([node.textContent.trim(), node.parentElement]);
    return found;
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
        const isOne = (key) => Object.values(config.texts[key]).flat().some((text) => text.toLowerCase() === label);
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
    const youLabel = [...node.querySelectorAll("span[aria-label]")].some((span) => Object.values(config.texts.you).flat().includes(squeeze(span.getAttribute("aria-label"))));
    let outgoing = null;
    if (parts) outgoing = parts[1] === "true";
    else if (node.matches(".message-out") || node.querySelector(".message-out") || tick || has(config.icons.tail_out) || youLabel) outgoing = true;
    else if (node.matches(".message-in") || node.querySelector(".message-in") || has(config.icons.tail_in)) outgoing = false;
    else if (node.childElementCount) outgoing = false; // ours always carry a receipt icon; an emptied row tells nothing
    const body = first("bubble_text", node);
    return {
      id: parts ? parts[3] : raw,
      chat: parts ? parts[2].split("@")[0] : null,
      outgoing,
      text: body ? textOf(body) : null,
      tick,
    };
  };

  const app = document.getElementById("app");
  const pane = first("chat_pane");
  const qr = first("qr");
  const linkCode = first("link_code");
  const startup = first("startup");
  const main = first("main");
  const dialogs = all("dialog").map((node) => {
    const title = first("dialog_title", node);
    const text = first("dialog_text", node);
    return {
      title: title ? squeeze(title.textContent) : "",
      text: squeeze((text || node).textContent),
      label: squeeze(node.getAttribute("aria-label") || ""),
      buttons: [...node.querySelectorAll("button, [role=button]")].map((button) => ({
        label: squeeze(button.getAttribute("aria-label") || button.textContent),
        ...middle(button),
      })),
    };
  });
  let chat = null;
  if (main) {
    const title = first("chat_title", main.ownerDocument);
    const box = first("compose");
    const footer = first("footer");
    const rows = all("bubble").filter((node, _i, list) => !list.includes(node.parentElement && node.parentElement.closest("[data-id]")));
    chat = {
      title: title ? squeeze(title.getAttribute("title") || title.textContent) : "",
      panel: !!first("message_panel"),
      compose: box && {
        text: composeText(box),
        focused: document.activeElement === box || box.contains(document.activeElement),
        ...middle(box),
      },
      footer: footer && !box ? squeeze(footer.textContent).slice(0, 500) : "",
      bubbles: rows.slice(-(bubbleLimit || 60)).map(bubbleOf),
    };
  }
  const screen = pane || !app ? "" : squeeze(app.innerText || app.textContent).slice(0, 2000);
  const body = app ? "" : squeeze(document.body && (document.body.innerText || document.body.textContent)).slice(0, 2000);
  const buttons = pane ? [] : [...document.querySelectorAll("#app button, #app [role=button], #app a")].slice(0, 40).map((node) => ({ label: squeeze(node.getAttribute("aria-label") || node.textContent), ...middle(node) }));
  const banners = all("banner").map((node) => squeeze((node.closest("[role=button], span, div") || node).textContent)).filter(Boolean);
  // Chats and the chat list hold what others wrote: with any of them about, the rest is no full-screen state.
  const fullScreen = document.querySelector("#main, #side, [role=grid], [data-id]") ? "" : screen + " " + body;
  const everything = fullScreen + " " + dialogs.map((dialog) => dialog.title + " " + dialog.text).join(" ");
  const IN_BANNERS = ["offline", "connecting", "restricted", "new_chats_used_up", "temporary_ban", "ban"];
  const IN_FOOTER = ["restricted", "new_chats_used_up"]; // what stands in the place of the compose box
  return {
    title: document.title,
    online: navigator.onLine,
    ready: document.readyState,
    // testids came back in E3; message-in/out and phone-bearing ids are E1 and E2.
    era: document.querySelector("[data-testid^=conv-msg-], #side input[data-tab='3'], [data-testid=link-device-qr-code], [data-testid=wa-web-main-screen]")
      ? "E3" : document.querySelector("#side [data-testid=chat-list], [data-testid=qrcode]") ? "E1" : app ? "E2" : null,
    app: !!app,
    chat_pane: !!pane,
    qr: qr ? qr.getAttribute("data-ref") : null,
    qr_expired: !!first("qr_expired"),
    link_code: linkCode ? linkCode.getAttribute("data-link-code") : null,
    startup: !!startup,
    screen: screen || body,
    buttons,
    dialogs,
    banners,
    chat,
    texts: Object.keys(config.texts).filter(
      (name) =>
        mentions(name, everything) ||
        (IN_BANNERS.includes(name) && banners.some((banner) => mentions(name, banner))) ||
        (IN_FOOTER.includes(name) && chat && mentions(name, chat.footer)),
    ),
  };
}
