// The QR code (§1.3), and what lies over it or replaces it when there is none.
import { on, send } from "./connection.js";
import { icon } from "./icons.js";
import { bearer, standing } from "./shape.js";
import { element, part, skin, structure } from "./skin.js";

const SPINNER = { class: "ws-spinner" };

let box = null; // the frame of the QR code
let holder = null; // [data-ref], kept while its attribute changes
let shown = null; // the code last drawn
let onFirstCode = null;

/** The frame of the code; `onFirst` is called when the first code is drawn in it. */
export function qrBox(onFirst) {
  // Before the first reference: a spinner and no canvas.
  box = element("div", { class: "ws-qr-box" }, part("qr_spinner", {}, SPINNER));
  holder = null;
  onFirstCode = onFirst;
  return box;
}

/** Draws again what was shown before the frame was created again. */
export function redrawQr() {
  if (shown) draw(shown);
}

export const hasQr = () => shown !== null;

/** Forgets the code that was shown, when the page leaves or comes back. */
export function forgetQr() {
  shown = null;
}

function draw({ ref, matrix }) {
  shown = { ref, matrix };
  if (!box) return;
  if (!holder) {
    onFirstCode();
    holder = part("qr", { ref }, {}, part("qr_canvas"));
    box.replaceChildren(...standing(holder));
  }
  holder.querySelector("span")?.remove();
  const bearing = bearer(holder, "data-ref");
  if (bearing.hasAttribute("data-ref")) bearing.setAttribute("data-ref", ref);
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

const askForCodes = () => send({ type: "qr_reload" });

/** No connection: the code goes, a text comes; a reconnect brings a new code. */
function showOffline() {
  shown = null;
  if (structure.qr_overlays && holder?.isConnected) {
    showOverlay(skin.texts.no_internet, askForCodes);
    return;
  }
  holder = null;
  box?.replaceChildren(element("div", { class: "ws-qr-offline" }, skin.texts.no_internet));
}

/** All six references are used up: the button lies over the last code. */
function showReload() {
  shown = null;
  if (!holder) return;
  const reload = () => {
    box.replaceChildren(part("qr_spinner", {}, SPINNER));
    holder = null;
    askForCodes();
  };
  showOverlay(skin.texts.qr_reload, reload);
}

/** A button inside the code's own element, as `div[data-ref] > span > button` (§11.1: code and canvas stay). */
function showOverlay(label, onclick) {
  holder.querySelector("span")?.remove();
  const words = element("div", {}, label);
  holder.append(element("span", {}, part("qr_reload", {}, { onclick }, icon("reload"), words)));
}

export function listenForQr() {
  on("qr", draw);
  on("qr_idle", showReload);
  on("closed", showOffline);
}
