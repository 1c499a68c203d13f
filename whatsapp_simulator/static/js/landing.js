// The page of a browser that is not linked: QR code or pairing code (§1.3).
import { icon } from "./icons.js";
import { listenForPairing, showPhoneEntry } from "./pairing.js";
import { hasQr, listenForQr, qrBox, redrawQr } from "./qr_code.js";
import { element, part, skin } from "./skin.js";
import { tellScreen } from "./state.js";

let content = null;

export function landing({ reason = null } = {}) {
  const notice = reason ? element("div", { class: "ws-landing-notice" }, skin.texts[reason]) : null;
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

const enterPhone = () => showPhoneEntry(content, showQr);

const hintKey = (event) => {
  if (event.key === "Enter") enterPhone();
};

function showQr() {
  // Seen instead of its own id until the first code is there.
  const early = hasQr() ? {} : { id: "link-device-phone-number-code-screen-instructions" };
  const steps = ["step_1", "step_2", "step_3"].map((step) => element("li", {}, skin.texts[step]));
  content.replaceChildren(
    element(
      "div",
      { class: "ws-landing-words" },
      part("landing_header", {}, {}, part("landing_title", {}, {}, skin.texts.landing_title)),
      part("landing_steps", {}, early, ...steps),
      element("label", { class: "ws-stay" }, part("landing_stay"), skin.texts.stay_logged_in),
      part("pairing_hint", {}, { onclick: enterPhone, onkeydown: hintKey }, skin.texts.pairing_hint),
    ),
    qrBox(giveStepsTheirId),
  );
  redrawQr();
  tellScreen({ screen: "qr" });
}

function giveStepsTheirId() {
  const steps = content.querySelector(".ws-landing-steps");
  steps?.replaceWith(part("landing_steps", {}, {}, ...steps.children));
}

export function listenForLinking() {
  listenForQr();
  listenForPairing();
}
