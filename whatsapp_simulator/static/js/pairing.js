// The pairing code: a phone number is entered, and a code shown to be typed in on the phone (§1.3).
import { on, send } from "./connection.js";
import { popup } from "./popup.js";
import { element, part, skin, text } from "./skin.js";
import { tellScreen } from "./state.js";

let content = null; // where it is shown
let showQr = null;
let entry = null; // the form: { error, phone }

/** The form for the phone number, in `place`; `back` shows the QR code there again. */
export function showPhoneEntry(place, back) {
  content = place;
  showQr = back;
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

export function listenForPairing() {
  on("pair_code", showCode);
  on("pair_error", showPairError);
  on("pair_expired", showExpired);
}
