// One look at the page. Reads, never changes anything; runs on any document, live or static.
// Returns raw facts only: what they mean is decided in whatsapp_tasks/domain/page_kinds.py.
// The rows of the chat list are read only on demand: most looks, those of sending, have no use for them.
(tools, { files, replies, chatOf, rowsOf, bannersOf, passkeyOf }, bubbleLimit, withRows) => {
  const { CONTROLS, all, button, first, firstShown, hasIcon, labelOf, mentioned, mentions, middle, rendered, shown, squeeze, words } = tools;

  // The control of this name: by its selector, else the innermost one that says a wording of the same name.
  const control = (name) => {
    const found = first(name);
    if (found) return button(found);
    const saying = [...document.querySelectorAll("#app button, #app [role=button], #app a")].filter((node) => mentions(name, words(node)));
    return button(saying.find((node) => !saying.some((other) => other !== node && node.contains(other))) || null);
  };
  // What a screen asks is in its buttons as well; a name in a dialog, of a caller for example, is in none.
  const ASKED = ["use_here"];
  const asks = (node, name) => [...node.querySelectorAll(CONTROLS)].some((each) => mentions(name, labelOf(each) || words(each)));
  const dialogOf = (node) => {
    const title = first("dialog_title", node);
    const text = first("dialog_text", node);
    const said = { title: title ? words(title) : "", text: words(text || node), label: labelOf(node) };
    return {
      ...said,
      texts: mentioned(`${said.title} ${words(node)} ${said.label}`).filter((name) => !ASKED.includes(name) || asks(node, name)),
      buttons: [...node.querySelectorAll(CONTROLS)].map(button),
    };
  };
  // What the page itself remembers of the language it shall be in (11.5).
  const kept = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name)) || "";
    } catch {
      return "";
    }
  };
  const cookie = () => {
    try {
      return (/(?:^|;\s*)wa_web_lang_pref=([\w-]+)/.exec(document.cookie) || [])[1] || "";
    } catch {
      return "";
    }
  };
  const settled = cookie() || kept("WALangPhonePref") || kept("WALangPref");
  const root = document.documentElement;
  const language = root.lang || root.getAttribute("loc") || cookie();

  const app = first("app");
  // Not one that is kept somewhere unseen: that there are chats to see is what says that we are linked.
  const pane = all("chat_pane").find(rendered) || null;
  const qr = first("qr");
  const reload = first("qr_reload");
  const linkCode = first("link_code");
  const preview = files.previewOf();
  const main = firstShown("main") || (preview && first("main")); // it may be hidden under the preview
  const dialogs = all("dialog").filter(rendered).map(dialogOf);
  const chat = main ? chatOf(main, bubbleLimit) : null;
  const banners = bannersOf();
  const screen = pane || !app ? "" : squeeze(app.innerText || app.textContent).slice(0, 2000);
  const body = app ? "" : squeeze(document.body && (document.body.innerText || document.body.textContent)).slice(0, 2000);
  const buttons = pane ? [] : [...document.querySelectorAll("#app button, #app [role=button], #app a")].slice(0, 40).map(button);
  // Chats and the chat list hold what others wrote: with any of them about, the rest is no full-screen state.
  const fullScreen = document.querySelector("div#main, div#side, [role=grid], [data-id]") ? "" : screen + " " + body;
  const input = pane || qr ? null : first("phone_entry");
  const IN_BANNERS = ["offline", "connecting", "syncing", "restricted", "new_chats_used_up", "temporary_ban", "ban"];
  const IN_NOTICE = ["restricted", "new_chats_used_up"];
  const seen = new Set([...mentioned(fullScreen), ...dialogs.flatMap((dialog) => dialog.texts)]);
  for (const banner of banners) for (const name of banner.texts) if (IN_BANNERS.includes(name)) seen.add(name);
  if (chat) for (const name of chat.notice_texts) if (IN_NOTICE.includes(name)) seen.add(name);
  // Signs without words that the page is not connected, or not yet (11.7).
  const trouble = Object.entries({
    favicon: !!first("favicon_error"),
    progress: all("progress").some(shown),
    code_overlay: !!reload,
  }).filter(([, there]) => there).map(([name]) => name);
  return {
    title: document.title,
    document: globalThis.whatsappTasksDocument || "",
    language,
    settled_language: settled,
    online: navigator.onLine,
    ready: document.readyState,
    era: first("mark_of_e3") ? "E3" : first("mark_of_e1") ? "E1" : app && (pane || qr) && !document.querySelector("[data-testid]") ? "E2" : null,
    app: !!app,
    chat_pane: !!pane,
    landing: !!first("landing"),
    qr: qr ? qr.getAttribute("data-ref") : null,
    qr_reload: button(reload),
    link_code: linkCode ? linkCode.getAttribute("data-link-code") : null,
    link_by_phone: pane || !qr ? null : control("link_by_phone"),
    phone_entry: input && { text: input.value, focused: document.activeElement === input, next: control("phone_next"), ...middle(input) },
    passkey: pane ? null : passkeyOf(),
    startup: !!first("startup"),
    screen: screen || body,
    buttons,
    dialogs,
    banners,
    chat,
    preview,
    attach_menu: files.menuShown(),
    message_menu: replies.menuShown(),
    file_notices: files.notices(),
    trouble,
    rows: withRows && pane ? rowsOf() : null,
    texts: [...seen],
  };
}
