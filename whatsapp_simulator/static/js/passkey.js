// The screen that asks for a passkey before the device is linked (§10.1); its words are guesses.
import { on, send } from "./connection.js";
import { forgetQr } from "./qr_code.js";
import { showLanding } from "./screens.js";
import { element, part, skin } from "./skin.js";
import { enter, show } from "./stage.js";
import { tellScreen } from "./state.js";

const words = (name) => skin.texts[`passkey_${name}`];
let timeout = 0;

function showCard(step, ...cards) {
  const cancel = part("passkey_cancel", {}, { onclick: giveUp }, words("cancel"));
  enter("passkey");
  show(part("passkey", {}, { class: "ws-passkey" }, element("h1", {}, words("title")), ...cards, cancel));
  tellScreen({ screen: "passkey", step });
}

function giveUp() {
  forgetQr();
  showLanding(null);
  send({ type: "passkey_cancel" });
}

function showPrompt(failed = false) {
  const go = part("passkey_continue", {}, {}, words("continue"));
  const card = part("passkey_prompt", {}, {}, failed ? part("passkey_error", {}, {}, words("error")) : null, go);
  go.onclick = () => ask(go, card);
  showCard(failed ? "error" : "prompt", card);
}

async function ask(go, card) {
  go.disabled = true;
  card.append(part("passkey_spinner"));
  tellScreen({ step: "pending" });
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  try {
    await navigator.credentials.get({ publicKey: { challenge, rpId: location.hostname, userVerification: "required", timeout } });
  } catch {
    showPrompt(true);
    return;
  }
  send({ type: "passkey_proof" });
}

function showCode(code) {
  const spelled = [...code.slice(0, 4), "-", ...code.slice(4)];
  const cells = spelled.map((character) => element("span", {}, character));
  const confirm = part("passkey_confirm", {}, { onclick: () => send({ type: "passkey_confirm" }) }, words("confirm"));
  showCard("code", part("passkey_matching", {}, {}, part("passkey_code", { spelled: spelled.join(" ") }, {}, ...cells), confirm));
}

export function listenForPasskey() {
  on("passkey", (message) => {
    if (message.step === "code") showCode(message.code);
    else if (message.step === "waiting") showCard("waiting", part("passkey_waiting", {}, {}, words("waiting")));
    else {
      timeout = message.timeout_ms;
      showPrompt();
    }
  });
}
