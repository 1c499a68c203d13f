// Message rows (§4.1) and their ticks (§4.2).
import { icon, tail } from "./icons.js";
import { errorPopup, popup } from "./popup.js";
import { element, part, skin, structure, text } from "./skin.js";
import { state } from "./state.js";
import { clock, directionOf, dressed, formatted, prePlainText } from "./wording.js";

/** The row of a message. `first`: the first of a run by the same side, which alone has the tail. */
export function messageRow(message, { first, onResend }) {
  return part("message_row", {}, {}, messageNode(message, { first, onResend }));
}

function messageNode(message, options) {
  const values = {
    id: message.id,
    phone: message.chat,
    direction_flag: message.mine ? "true" : "false",
  };
  const node = part("message", values, {}, messageContent(message, options));
  node.messageId = message.id;
  node.refill = () => node.replaceChildren(messageContent(message, options));
  return node;
}

function messageContent(message, { first, onResend }) {
  const direction = message.mine ? "out" : "in";
  const spoken = part("speaker", { speaker_label: speaker(message) });
  const bubble = part(
    "bubble",
    {},
    {},
    first ? tail(direction) : null,
    part("bubble_inner", {}, {}, first ? spoken : null, ...files(message), ...words(message), meta(message)),
  );
  const side = part("direction", { direction }, {}, bubble);
  side.classList.add(message.mine ? "ws-end" : "ws-start");
  if (message.status === "failed") side.append(failedMark(message, onResend));
  return side;
}

const chatTitle = (message) => state.chats.get(message.chat)?.title ?? message.chat;

const speaker = (message) => (message.mine ? skin.texts.you_speak : `${chatTitle(message)}:`);

function words(message) {
  if (!message.text) return [];
  const name = message.mine ? state.own.name : chatTitle(message);
  // One span per line, each but the last ending in a line feed (§4.1).
  const lines = message.text.split("\n");
  const spans = lines.map((line, index) =>
    element(
      "span",
      {},
      ...(state.settings.formatting ? formatted : dressed)(line),
      index < lines.length - 1 ? "\n" : "",
    ),
  );
  const content = part("text", { dir: directionOf(message.text) }, {}, ...spans);
  // The hidden spacer makes room for the time, and doubles it in the element's text.
  const spacer = part("time_spacer", {}, {}, element("span", {}, clock(message.at)));
  const values = { pre_plain_text: prePlainText(message.at, name) };
  return [part("copyable", values, {}, element("div", {}, content, element("span", {}, spacer)))];
}

function files(message) {
  return (message.attachments ?? []).map((file) =>
    part(
      "attachment",
      {},
      {},
      icon(file.kind === "document" ? "document" : "media"),
      element("span", { title: file.name }, file.name),
    ),
  );
}

/** Time and tick. */
function meta(message) {
  const node = part("meta", {}, {}, part("meta_time", {}, {}, clock(message.at)));
  if (message.mine) node.append(element("div", { class: "ws-tick" }, statusIcon(message.status)));
  return node;
}

/** The tick of a status; `row_` before the name gives the one of the chat list. */
export function statusIcon(status, prefix = "") {
  const blue = status === "read" ? { class: skin.read_class } : {};
  return icon(prefix + status, { "aria-label": skin.texts[status], ...blue });
}

function failedMark(message, onResend) {
  const explain = () =>
    popup({
      name: "not_sent",
      text: skin.texts.not_sent,
      cancel: { label: skin.texts.cancel },
      ok: { label: skin.texts.resend, action: () => onResend(message) },
    });
  return part("failed_mark", {}, { onclick: explain }, icon("failed"));
}

/** A notice between the messages. */
export function noticeRow(words_) {
  return part(
    "message_row",
    {},
    {},
    part("system_message", {}, {}, element("span", { dir: "auto" }, words_)),
  );
}

/**
 * Rows out of sight lose their content and keep their height (§4.3); the outer element with its data-id stays.
 * `margin` is how far out of sight, in pixels.
 */
export function emptyRowsOutOfSight(panel, margin) {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        if (isIntersecting && target.dataset.virtualized === "true") {
          target.style.height = "";
          target.dataset.virtualized = "false";
          target.refill();
        } else if (!isIntersecting && target.dataset.virtualized !== "true" && boundingClientRect.height) {
          target.style.height = `${boundingClientRect.height}px`;
          target.dataset.virtualized = "true";
          target.replaceChildren();
        }
      }
    },
    { root: panel, rootMargin: `${margin}px 0px` },
  );
  return observer;
}

export function tooLongPopup() {
  errorPopup("too_long", text("too_long"));
}

export const emptiesRows = structure.empties_rows;
