// The page of a browser that is not linked: QR code (§1.3) and pairing code.
import { on, send } from "./connection.js";
import { icon } from "./icons.js";
import { popup } from "./popup.js";
import { bearer, standing } from "./shape.js";
import { element, part, skin, structure, text } from "./skin.js";
import { tellScreen } from "./state.js";

let box = null; // the frame of the QR code
let holder = null; // [data-ref], kept while its attribute changes
let notice = null;
let content = null;

export function landing({ reason = null } = {}) {
  holder = null;
  notice = reason ? element("div", { class: "ws-landing-notice" }, skin.texts[reason]) : null;
  content = element("div", { class: "ws-landing-content" });
  showQr();
  return part(
    "landing",
    {},
    {},
    element("div", { class: "ws-landing-brand" }, icon("logo"), element("span", {}, "WhatsApp")),
    notice,
    part("landing_window", {}, {}, part("landing_main", {}, {}, content)),
    element("div", { class: "ws-landing-footer" }, skin.texts.encrypted),
  );
}

const hintKey = (event) => {
  if (event.key === "Enter") showPhoneEntry();
};

function showQr() {
  // Before the first reference: a spinner and no canvas.
  box = element("div", { class: "ws-qr-box" }, part("qr_spinner", {}, { class: "ws-spinner" }));
  // Seen in place of its own id until the first code is there.
  const early = lastQr ? {} : { id: "link-device-phone-number-code-screen-instructions" };
  holder = null;
  const steps = ["step_1", "step_2", "step_3"].map((step) => element("li", {}, skin.texts[step]));
  content.replaceChildren(
    element(
      "div",
      { class: "ws-landing-words" },
      part("landing_header", {}, {}, part("landing_title", {}, {}, skin.texts.landing_title)),
      part("landing_steps", {}, early, ...steps),
      element("label", { class: "ws-stay" }, part("landing_stay"), skin.texts.stay_logged_in),
      part("pairing_hint", {}, { onclick: showPhoneEntry, onkeydown: hintKey }, skin.texts.pairing_hint),
    ),
    box,
  );
  if (lastQr) drawQr(lastQr);
  tellScreen({ screen: "qr" });
}

let lastQr = null;

function drawQr({ ref, matrix }) {
  lastQr = { ref, matrix };
  if (!box?.isConnected && !content) return;
  if (!holder) {
    const steps = content.querySelector(".ws-landing-steps");
    steps?.replaceWith(part("landing_steps", {}, {}, ...steps.children));
    holder = part("qr", { ref }, {}, part("qr_canvas"));
    box.replaceChildren(...standing(holder));
  }
  holder.querySelector("span")?.remove();
  const shown = bearer(holder, "data-ref");
  if (shown.hasAttribute("data-ref")) shown.setAttribute("data-ref", ref);
  paint(holder.querySelector("canvas"), matrix);
}

function paint(canvas, matrix) {
  const context = canvas.getContext("2d");
  const quiet = 2;
  const scale = Math.max(1, Math.floor(canvas.width / (matrix.length + 2 * quiet)));
  const offset = Math.floor((canvas.width - scale * matrix.length) / 2);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#122e31";
  matrix.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] === "1") context.fillRect(offset + x * scale, offset + y * scale, scale, scale);
    }
  });
}

/** No connection: the code goes, a text comes; a reconnect brings a new code. */
function showOffline() {
  lastQr = null;
  if (structure.qr_overlays && holder?.isConnected) {
    showOverlay(skin.texts.no_internet, () => send({ type: "qr_reload" }));
    return;
  }
  holder = null;
  box?.replaceChildren(element("div", { class: "ws-qr-offline" }, skin.texts.no_internet));
}

/** All six references are used up: the button lies over the last code. */
function showReload() {
  lastQr = null;
  if (!holder) return;
  const reload = () => {
    box.replaceChildren(part("qr_spinner", {}, { class: "ws-spinner" }));
    holder = null;
    send({ type: "qr_reload" });
  };
  showOverlay(skin.texts.qr_reload, reload);
}

/** A button inside the code's own element, as `div[data-ref] > span > button` (§11.1: code and canvas stay). */
function showOverlay(label, onclick) {
  holder.querySelector("span")?.remove();
  const words = element("div", {}, label);
  holder.append(element("span", {}, part("qr_reload", {}, { onclick }, icon("reload"), words)));
}

// --- pairing code ---------------------------------------------------------------------------------------------

let entry = null;

function showPhoneEntry() {
  const input = part("pairing_input", {}, { value: "+" });
  const error = part("pairing_error");
  const next = () => {
    error.textContent = "";
    send({ type: "pair", phone: input.value });
  };
  entry = { error, phone: () => input.value };
  content.replaceChildren(
    part(
      "pairing_entry",
      {},
      { class: "ws-pairing" },
      part("landing_title", {}, {}, skin.texts.pairing_title),
      element("p", {}, skin.texts.pairing_text),
      part("pairing_country", {}, {}, "🌐"),
      input,
      error,
      part("pairing_next", {}, { onclick: next }, skin.texts.pairing_next),
      backToQr(),
    ),
  );
  input.focus();
  tellScreen({ screen: "pairing_entry" });
}

function backToQr() {
  return element(
    "div",
    { role: "button", tabindex: "0", class: "ws-link", onclick: showQr },
    skin.texts.pairing_back,
  );
}

function showCode({ code }) {
  const cells = [...code].map((character) => part("pairing_cell", {}, {}, character));
  cells.splice(4, 0, element("span", { class: "ws-dash" }, "-"));
  const steps = ["step_1", "step_2"].map((step) => element("li", {}, skin.texts[step]));
  content.replaceChildren(
    part(
      "pairing_code_view",
      {},
      { class: "ws-pairing" },
      part("landing_title", {}, {}, skin.texts.pairing_code_title),
      part("pairing_code", { code: [...code].join(",") }, {}, ...cells),
      part("pairing_instructions", {}, {}, ...steps),
      backToQr(),
    ),
  );
  tellScreen({ screen: "pairing_code" });
}

function showPairError({ kind }) {
  if (kind === "invalid") {
    if (entry) entry.error.textContent = skin.texts.pairing_invalid;
    return;
  }
  popup({ name: kind, title: text(`${kind}_title`), text: text(kind), ok: { label: skin.texts.ok } });
}

function showExpired() {
  const again = () => send({ type: "pair", phone: entry?.phone() ?? "" });
  content.replaceChildren(
    element(
      "div",
      { class: "ws-pairing" },
      part("landing_title", {}, {}, skin.texts.pairing_expired_title),
      element("p", {}, skin.texts.pairing_expired),
      part("pairing_new_code", {}, { onclick: again }, skin.texts.pairing_new_code),
      backToQr(),
    ),
  );
  tellScreen({ screen: "pairing_expired" });
}

/** Forgets the code that was shown, when the page leaves or comes back. */
export function forgetQr() {
  lastQr = null;
}

export function listenForLinking() {
  on("qr", drawQr);
  on("qr_idle", showReload);
  on("closed", showOffline);
  on("pair_code", showCode);
  on("pair_error", showPairError);
  on("pair_expired", showExpired);
}
