// Files on their way (§10.8): the bubble is there at once, with its progress; the message goes after the last byte.
// What is not uploaded when the page goes was never sent.
import { fates, structure } from "./skin.js";
import { takeReply } from "./replying.js";
import { addMessage, setStatus, transmitLater } from "./sending.js";
import { fated, findMessage, play, scenario, state } from "./state.js";

const SLOW_MS = 8000; // of the magic number `slow_upload`
const HALFWAY = 50; // percent, where an upload fails
const STEPS = 20;

/**
 * One message per file, caption and quotation with the first, as WhatsApp does; or all in one. `kinds` is one or a list.
 */
export function sendFiles(chat, words, files, kinds, quoted = takeReply(chat.phone)) {
  const kindAt = (index) => (Array.isArray(kinds) ? kinds[index] : kinds);
  const described = files.map((file, index) => ({
    file,
    name: file.name,
    type: file.type || "application/octet-stream",
    size: file.size,
    kind: kindAt(index),
    url: URL.createObjectURL(file),
  }));
  const inOne = files.length > 1 && scenario("album", chat.phone) && described.every(({ kind }) => kind === "image");
  const groups = inOne ? [described] : described.map((each) => [each]);
  groups.forEach((attachments, index) => {
    const message = addMessage(chat, {
      text: index === 0 ? words : "",
      attachments,
      quoted: index === 0 ? quoted : null,
      upload: { stage: "uploading", percent: 0 },
    });
    upload(message);
  });
}

/** After a reconnect: what stopped for want of a connection goes on. */
export function uploadAgain() {
  for (const message of state.outbox.values()) if (message.upload?.stage === "stopped") upload(message);
}

async function upload(message) {
  const { chat: phone, attachments } = message;
  const fails = fates[phone] === "upload_fails" ? { mark: true } : play("upload_fails", phone);
  const hangs = fates[phone] === "upload_never_ends" ? { percent: HALFWAY } : play("upload_never_ends", phone);
  const end = hangs?.percent ?? (fails ? HALFWAY : 100);
  await progress(message, end, duration(message) * (end / 100));
  if (hangs) return;
  if (fails) {
    show(message, { stage: "failed", percent: end });
    if (fails.mark) setStatus(message.id, "failed");
    return;
  }
  try {
    message.uploads = await Promise.all(attachments.map(handOver));
  } catch {
    show(message, { stage: "stopped", percent: end });
    return;
  }
  show(message, null);
  if (fated("stuck_pending", phone)) message.stuck = true;
  else transmitLater(message);
}

function duration({ chat: phone, attachments }) {
  const { upload_ms: least, upload_kb_per_s: rate } = state.settings;
  const bytes = attachments.reduce((sum, { size }) => sum + size, 0);
  const slow = fates[phone] === "slow_upload" ? SLOW_MS : (play("slow_upload", phone)?.ms ?? 0);
  return least + slow + (rate ? bytes / rate / 1.024 : 0);
}

async function progress(message, end, milliseconds) {
  for (let step = 1; step <= STEPS; step += 1) {
    await new Promise((done) => setTimeout(done, milliseconds / STEPS));
    show(message, { stage: "uploading", percent: Math.ceil((end * step) / STEPS) });
  }
}

function show(message, stage) {
  message.upload = stage;
  if (findMessage(message.id)) document.dispatchEvent(new CustomEvent("ws-message-changed", { detail: message.id }));
}

async function handOver({ file, name, type, kind }) {
  const answer = await fetch(`/_sim/upload`, {
    method: "POST",
    body: file,
    headers: { "Content-Type": type, "X-File-Name": encodeURIComponent(name), "X-File-Kind": kind },
  });
  return (await answer.json()).upload;
}

/** In E2 and E3 what stands in the compose box becomes the caption. */
export const boxBecomesCaption = structure.compose_becomes_caption;
