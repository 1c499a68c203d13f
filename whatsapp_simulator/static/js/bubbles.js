// Message rows (§4.1) and their ticks (§4.2).
import { icon, tail } from "./icons.js";
import { bubbleText } from "./bubble_text.js";
import { failedMark, failedReaction } from "./failed.js";
import { captionFrame, fileParts } from "./file_bubbles.js";
import { replyByDoubleClick, withMenu } from "./message_menu.js";
import { quotationInBubble } from "./quotation.js";
import { element, part, skin, structure, text } from "./skin.js";
import { inside, standing } from "./shape.js";
import { scenario, state } from "./state.js";
import { clock } from "./wording.js";

/**
 * The row of a message. `first` and `last` of a run by the same side carry the tail and the speaker's label
 * (§12.1: the middle ones of a run do not).
 */
export function messageRow(message, options) {
  const node = messageNode(message, options);
  const row = part("message_row", {}, {}, node);
  row.message = node;
  return row;
}

const TILES = 4;

/** The row of an album: four tiles; the last of more says how many there are, and nothing else (§12.12). */
export function albumRow(messages) {
  const [first] = messages;
  const direction = first.mine ? "out" : "in";
  const values = { first: first.id, last: messages.at(-1).id, count: String(messages.length), direction };
  const tiles = () => {
    const more = messages.length - TILES;
    return messages.slice(0, TILES).map((message, place) =>
      more > 0 && place === TILES - 1
        ? element("div", {}, ...fileParts({ ...message, upload: null }), element("span", {}, `+${more + 1}`))
        : element("div", {}, ...fileParts(message), meta(message)),
    );
  };
  const node = part("album_row", values, {}, tail(direction), element("div", { class: "ws-album" }, ...tiles()));
  node.classList.add(first.mine ? "ws-end" : "ws-start");
  node.messageIds = messages.map(({ id }) => id);
  node.refill = () => node.querySelector(".ws-album").replaceChildren(...tiles());
  const row = part("message_row", {}, {}, node);
  row.message = node;
  return row;
}

function messageNode(message, options) {
  const values = {
    id: message.id,
    jid: jidOf(message),
    author: isGroup(message) && !message.mine ? `_${message.author_phone ?? "0"}@c.us` : "",
    direction_flag: message.mine ? "true" : "false",
  };
  const unfolded = {}; // how much of a long text is shown; forgotten when the row is emptied
  const fill = () => messageContent(message, options, unfolded);
  const node = part("message", values, {}, fill());
  node.messageIds = [message.id];
  replyByDoubleClick(node, message);
  node.refill = (change = {}) => {
    Object.assign(options, change);
    inside(node).replaceChildren(...standing(fill()));
  };
  node.empty = () => {
    delete unfolded.limit;
    inside(node).replaceChildren();
  };
  return node;
}

function messageContent(message, { first, last, onResend }, unfolded) {
  const direction = message.mine ? "out" : "in";
  const labelled = structure.labels_ends_of_runs ? first || last : first;
  // In groups the others' bubbles carry no label (§12.1).
  const spoken = labelled && (message.mine || !isGroup(message)) ? part("speaker", { speaker_label: speaker(message) }) : null;
  const own = message.mine ? state.own.name : chatTitle(message);
  const bubble = part(
    "bubble",
    {},
    {},
    first ? tail(direction) : null,
    part("bubble_inner", {}, {}, spoken, overFile(message), ...fileParts(message), ...specialParts(message), ...captionFrame(message, bubbleText(message, own, unfolded)), meta(message)),
  );
  withMenu(bubble, message);
  const side = part("direction", { direction }, {}, bubble);
  side.classList.add(message.mine ? "ws-end" : "ws-start");
  if (!message.mine && scenario("failed_reaction", message.chat)) side.append(failedReaction());
  if (message.status === "failed") side.append(failedMark(() => onResend(message)));
  return side;
}

/** What is neither text nor file. */
function specialParts({ special }) {
  if (special === "location") return [part("location", {}, {}, icon("media"))];
  if (special === "contact") return [part("contact_card", {}, {}, icon("contact"))];
  return special === "deleted" ? [icon("deleted"), part("deleted", {}, {}, skin.texts.deleted_message)] : [];
}

const overFile = ({ quoted, attachments }) => (quoted && attachments?.length ? quotationInBubble(quoted) : null);

const chatTitle = (message) => message.author ?? state.chats.get(message.chat)?.title ?? message.chat;

const isGroup = (message) => state.chats.get(message.chat)?.group ?? false;

const jidOf = (message) => {
  const { group, hidden } = state.chats.get(message.chat) ?? {};
  return `${message.chat}@${group ? "g.us" : hidden ? "lid" : "c.us"}`; // §10.10
};

const speaker = (message) => (message.mine ? skin.texts.you_speak : `${chatTitle(message)}:`);

/** Time and tick. */
function meta(message) {
  const edited = message.edited ? element("span", {}, skin.texts.edited) : null;
  const node = part("meta", {}, {}, edited, part("meta_time", {}, {}, clock(message.at)));
  // Of a failed message only the time is left (§12.1).
  const ticked = message.mine && (message.status !== "failed" || !structure.fail_container);
  if (ticked) node.append(element("div", { class: "ws-tick" }, statusIcon(message.status, isBare(message) ? "light_" : "")));
  return node;
}

/** A picture without a word: its time and tick lie on it, in white (§12.12). */
const isBare = ({ text, attachments }) => !text && ["image", "video"].includes(attachments?.[0]?.kind);

/** The tick of a status; `row_` before the name gives the one of the chat list, `light_` the one on a picture. */
export function statusIcon(status, prefix = "") {
  const blue = status === "read" ? { class: skin.read_class } : {};
  const spoken = prefix === "row_" && structure.fail_container ? {} : { "aria-label": skin.texts[status] };
  return icon(prefix + status, { ...spoken, ...blue });
}

/** The line above what was unread when the chat was opened: the words of the badge (§12.4). */
export function unreadLine(count) {
  const label = count === 1 ? skin.texts.unread_one : text("unread_many", { count: String(count) });
  return part("message_row", {}, {}, part("unread_line", {}, {}, label));
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
          target.empty();
        }
      }
    },
    { root: panel, rootMargin: `${margin}px 0px` },
  );
  return observer;
}

export const emptiesRows = structure.empties_rows;
