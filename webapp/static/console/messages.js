// Messages and their way. Numbers and texts come only when a person asks for one, and are gone with the page.
import { age, clockTime, dateTime, duration } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { STATUSES, plain } from "./words.js";

const revealed = new Map();

export function remember(messageId, what, value) {
  revealed.set(`${what} ${messageId}`, value);
}

export function messageRows(messages, { named, listName }) {
  if (!messages.length) return [h("p", { class: "card empty soft" }, "None yet.")];
  return [h("ul", { class: "card rows" }, messages.map((message) => row(message, named, listName)))];
}

export function statusBadge(status) {
  const [tone, picture] = STATUSES[status];
  return h("span", { class: `badge ${tone} status-${status}` }, icon(picture), status);
}

function row(message, named, listName) {
  const phone = revealed.get(`phone ${message.id}`);
  return h(
    "li",
    { "data-key": message.id },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        statusBadge(message.status),
        h("span", { class: "phone" }, phone ?? addressee(message)),
        named && h("span", { class: "soft" }, message.account),
        h("span", { class: "why soft" }, message.error && !["sent", "delivered", "read"].includes(message.status) ? plain(message.error.code) : ""),
        age(message.updated_ms),
      ),
      body(message, listName, phone),
    ),
  );
}

/** The number as it is shown here, or for a chat without one the beginning of its id. */
function addressee(message) {
  return message.phone ?? `chat ${message.chat.slice(0, 8)}…`;
}

function body(message, listName, phone) {
  const text = revealed.get(`text ${message.id}`);
  const fileName = revealed.get(`file ${message.id}`);
  const picture = revealed.get(`thumbnail ${message.id}`);
  return h(
    "div",
    { class: "body" },
    // First, so that what grows while a message is on its way does not move them under the pointer.
    h(
      "div",
      { class: "buttons" },
      message.status === "unknown" && action("resolve", message, "Settle …", "primary"),
      message.phone && phone === undefined && action("reveal-phone", message, "Show number"),
      text === undefined && action("reveal-text", message, "Show text"),
      message.file && fileName === undefined && action("reveal-file", message, "Show file name"),
      message.file?.is_picture && picture === undefined && action("reveal-thumbnail", message, "Show picture"),
      message.status === "queued" && action("cancel", message, "Withdraw …", "danger"),
      message.evidence && h("a", { href: `/evidence/${message.evidence}.jpg`, target: "_blank", rel: "noopener", "data-key": "picture" }, "Picture of the failure"),
    ),
    timeline(message.timeline),
    h(
      "dl",
      { class: "facts" },
      h("dt", {}, "Id"),
      h("dd", {}, h("code", {}, message.id)),
      message.error && [h("dt", {}, "Last error"), h("dd", {}, `${message.error.message} `, h("code", {}, message.error.code))],
      message.attempts > 1 && [h("dt", {}, "Attempts"), h("dd", {}, String(message.attempts))],
      message.send_at_ms && [h("dt", {}, "Not before"), h("dd", {}, dateTime(message.send_at_ms))],
      message.expires_at_ms && [h("dt", {}, "Expires"), h("dd", {}, dateTime(message.expires_at_ms))],
      message.resolution && [h("dt", {}, "Settled by"), h("dd", {}, `${message.resolution.by}${message.resolution.note ? `: ${message.resolution.note}` : ""}`)],
      message.file && [h("dt", {}, "File"), h("dd", {}, fileWords(message.file))],
      fileName !== undefined && [h("dt", {}, "File name"), h("dd", { class: "text" }, fileName)],
      picture !== undefined && [h("dt", {}, "Picture"), h("dd", {}, h("img", { class: "thumbnail", src: picture, alt: "The picture that is sent", "data-key": "thumbnail" }))],
      text !== undefined && [h("dt", {}, "Text"), h("dd", { class: "text" }, text)],
    ),
  );

  function action(name, of, words, look = null) {
    return h("button", { type: "button", class: look, "data-action": name, "data-message": of.id, "data-key": `${listName}-${name}` }, words, h("span", { class: "unseen" }, ` of ${addressee(of)}`));
  }
}

/** A file's kind and size; before it is fetched from its URL, that it is not there yet. */
function fileWords({ kind, size }) {
  if (size === null) return `${kind || "file"}, to be fetched from a URL`;
  return size < 1048576 ? `${kind}, ${Math.ceil(size / 1024)} KiB` : `${kind}, ${(size / 1048576).toFixed(1)} MiB`;
}

function timeline(entries) {
  const first = entries[0].at_ms;
  return h(
    "ol",
    { class: "timeline" },
    entries.map((entry, index) =>
      h(
        "li",
        {},
        statusBadge(entry.status),
        h("span", { class: "at" }, index && entry.at_ms - first < 86400000 ? clockTime(entry.at_ms) : dateTime(entry.at_ms)),
        index > 0 && h("span", { class: "soft" }, `+${exactly(entry.at_ms - entries[index - 1].at_ms)}`),
        entry.code && h("span", { class: "soft" }, plain(entry.code)),
      ),
    ),
  );
}

const exactly = (ms) => (ms < 10000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms));
