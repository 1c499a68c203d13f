// Cover screens: the markup of a dialog, but in no modal manager, so they take no focus by themselves (§11.3).
// Escape runs the cancel button if the focus is inside, and a click on the card puts it there.
import { send } from "./connection.js";
import { element, part, skin, text } from "./skin.js";
import { state } from "./state.js";

const t = skin.texts;
const pressed = (what) => send({ type: "pressed", what });

/** `cancel` and `ok`: { label, action, id? }; the test ids are those of any popup. */
function cover(title, words, { cancel = null, ok = null, extra = [] } = {}) {
  const button = (name, { label, action }) =>
    part(name, {}, { onclick: action, class: "ws-blocker-button" }, label);
  const buttons = [cancel && button("popup_cancel", cancel), ok && button("popup_ok", ok)];
  const body = part(
    "popup_body",
    {},
    {},
    title ? part("popup_title", {}, {}, title) : null,
    part("popup_text", {}, {}, ...words.map((each) => element("div", {}, each)), ...extra),
    element("div", { class: "ws-blocker-buttons" }, ...buttons),
  );
  const card = part("popup", {}, { tabindex: "-1", class: "ws-blocker-box" }, body);
  const node = part("backdrop", {}, { class: "ws-cover" }, part("dialog", {}, {}, card));
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.isTrusted) buttons[0]?.click();
  });
  return node;
}

const logOut = { label: t.log_out, action: () => send({ type: "logout" }) };
const reload = () => location.reload();

const KNOWN_BANS = [101, 102, 103, 104, 106];

export function temporaryBan({ code, duration, text: words = null }) {
  const key = KNOWN_BANS.includes(code) ? `ban_${code}` : "ban_other";
  const phone = state.own?.printed ?? "";
  const ban = [words ?? text(key, { phone }), text("ban_duration", { duration })];
  return cover(null, ban, { cancel: logOut, ok: { label: t.learn_more } });
}

/** Another tab ("Close" leaves the site) or another browser ("Log out") has taken over. */
export function useHere(other) {
  const words = element("div", {}, t[`use_here_${other}`]);
  const take = () => {
    words.textContent = t.connecting;
    send({ type: "use_here" });
    setTimeout(reload, 100);
  };
  const close = { label: t.close, action: () => pressed("leave_site") };
  const cancel = other === "tab" ? close : logOut;
  return cover(null, [], { cancel, ok: { label: t.use_here, action: take }, extra: [words] });
}

export const connectingCover = () => cover(t.connecting_to, [t.make_sure_online], { cancel: logOut });

/** The terms have to be accepted on the phone; there is nothing but "Log out". */
export const termsBlock = () => cover(t.terms_title, [t.terms_text], { cancel: logOut });

export const callTakeover = () =>
  cover(null, [t.call_takeover], {
    cancel: { label: t.close, action: () => pressed("leave_site") },
    ok: { label: t.notify_tab },
  });

export const refreshScreen = (words) => cover(null, [words], { ok: { label: t.refresh, action: reload } });

export const plainScreen = (title, words) => cover(title, words);

const UNLOCK_TRIES = 3; // the real number is not known

/** The app lock: a focused password field; too many tries log out (§11.4). */
export function screenLock() {
  const field = part("lock_password");
  const error = element("div", { role: "alert" });
  let tries = 0;
  const unlock = () => {
    tries += 1;
    pressed("unlock");
    error.textContent = t.lock_wrong;
    if (tries >= UNLOCK_TRIES) send({ type: "logout" });
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") unlock();
  });
  setTimeout(() => field.isConnected && field.focus());
  const forgot = element("button", { type: "button" }, t.lock_forgot);
  return cover(t.lock_title, [], {
    cancel: logOut,
    ok: { label: t.lock_unlock, action: unlock },
    extra: [field, error, forgot],
  });
}
