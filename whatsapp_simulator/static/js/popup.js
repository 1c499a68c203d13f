// Modal popups in the DOM of WAWebModal (§2.1).
import { holdFocus } from "./modal_focus.js";
import { standing } from "./shape.js";
import { part, skin, structure } from "./skin.js";
import { state, tellScreen } from "./state.js";

let layer = null;
const open = new Map(); // name -> how to take it away without an answer

/** Popups are rendered inside #app, over whatever screen there is. */
export function popupLayer() {
  layer ??= Object.assign(document.createElement("span"), { className: "ws-popups" });
  return layer;
}

export const popupIsOpen = () => open.size > 0;

const tellOpen = () => tellScreen({ popup: [...open.keys()].at(-1) ?? null });

/**
 * Shows a popup with what of title, text, spinner, cancel and ok it is given. Without `cancel` Escape does
 * nothing; a click exactly on the overlay closes it all the same. `hides`: both only hide it, as if nothing was said.
 * `keeps`: Escape does nothing although it could be cancelled.
 */
export function popup({
  name,
  title = null,
  text = null,
  spinner = false,
  cancel = null,
  ok = null,
  extra = [],
  hides = false,
  keeps = false,
}) {
  const label = [title, text].filter(Boolean).join(" ");
  const labelled = (where) => (state.settings.popup_label_on === where ? { "aria-label": label } : {});
  const buttons = part("popup_buttons");
  const body = part("popup_body");
  const dialog = part("dialog", {}, labelled("dialog"), part("popup", {}, labelled("popup"), body));
  // The element that listens to keys lies outside, with the same test id as the popup (§11.1).
  const backdrop = part("popup_keys", {}, {}, part("backdrop", {}, {}, dialog));
  const close = () => {
    if (!open.delete(name)) return;
    backdrop.remove();
    document.removeEventListener("keydown", onKey, true);
    giveBack();
    tellOpen();
  };
  const finish = (action) => () => {
    close();
    action?.();
  };
  const leave = () => finish(hides ? null : cancel?.action)();
  const onKey = (event) => {
    if (event.key === "Escape" && cancel && !keeps) leave();
  };
  if (title) body.append(...standing(part("popup_title", {}, {}, title)));
  const content = [text, spinner ? part("qr_spinner", {}, { class: "ws-spinner" }) : null, ...extra];
  if (content.some(Boolean)) body.append(...standing(part("popup_text", {}, {}, ...content.filter(Boolean))));
  const answer = (button) => buttons.append(...standing(button));
  if (cancel) answer(part("popup_cancel", {}, { onclick: finish(cancel.action) }, cancel.label));
  if (ok) answer(part("popup_ok", {}, { onclick: finish(ok.action) }, ok.label));
  body.append(...standing(buttons));
  backdrop.addEventListener("click", (event) => {
    if (event.target === backdrop.firstChild) leave();
  });
  document.addEventListener("keydown", onKey, true);
  // One at a time: a new one replaces the old one, without an answer (§11.3).
  if (structure.modals_take_focus) for (const other of [...open.values()]) other();
  popupLayer().append(backdrop);
  open.set(name, close);
  const giveBack = holdFocus(dialog);
  tellOpen();
  return close;
}

export function errorPopup(name, message, title = null) {
  return popup({ name, title, text: message, ok: { label: skin.texts.ok } });
}

/** Another state of the whole page takes over: popups go without an answer. */
export function dropPopups() {
  for (const close of [...open.values()]) close();
  popupLayer().replaceChildren();
}
