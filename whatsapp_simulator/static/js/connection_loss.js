// What the page shows when it has no connection to the server.
import { setOnline, setReconnecting } from "./banners.js";
import * as connection from "./connection.js";
import { loadingScreen } from "./loading.js";
import { leaveBootHtml, mode, showAnyway } from "./stage.js";
import { state } from "./state.js";

const CONNECTING_AFTER_MS = 1000;

let timer = null;
let connecting = false;

connection.on("closed", () => {
  if (mode === "startup") showConnecting();
  if (mode === "main") tellLoss();
});

/** Offline at once; but while the page's own test still answers, no sign of the lost socket for 18 s (§11.2). */
async function tellLoss() {
  if (!(await connection.isOnline())) {
    if (!connection.isOpen()) setOnline(false);
    return;
  }
  timer ??= setTimeout(() => setReconnecting(true), state.settings.loss_sign_ms);
}

export function endLoss() {
  clearTimeout(timer);
  timer = null;
  setReconnecting(false);
  setOnline(true);
}

/** No connection at the start: "Connecting" after a second (§1.2). */
function showConnecting() {
  if (connecting) return;
  connecting = true;
  setTimeout(() => {
    if (mode !== "startup") return;
    leaveBootHtml();
    const { node, step } = loadingScreen("connecting");
    step(0, "connecting_to");
    showAnyway(node);
  }, CONNECTING_AFTER_MS);
}
