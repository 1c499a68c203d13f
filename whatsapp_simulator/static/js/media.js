// Files that others sent (§12.14): the page loads them by itself, or when asked; "Download" lets the browser save one.
import { element, structure } from "./skin.js";
import { findMessage, play, scenario } from "./state.js";

const REVOKED_AFTER_MS = 100;
const loaded = new Map(); // message id -> Blob; only what was asked for
const loading = new Map(); // message id -> promise
const missing = new Set();

const isOffered = (message) => !loaded.has(message.id) && (missing.has(message.id) || scenario("media_not_loaded", message.chat) !== null);
const hasFile = ({ mine, attachments }) => !mine && attachments?.length === 1;

/** Whether its menu has "Download": never for stickers, and in the older builds only once it is loaded. */
export const canSave = (message) =>
  hasFile(message) && message.attachments[0].kind !== "sticker" && (structure.message_menu !== "list" || !isOffered(message));

/** What its bubble shows about loading, like the stage of an upload; null for nothing. */
export function mediaStage(message) {
  if (!hasFile(message)) return null;
  if (loading.has(message.id)) return { stage: "uploading", percent: 0 };
  return isOffered(message) ? { stage: "offered", act: () => load(message) } : null;
}

/** "Download" of the menu. Of a file that is not there any more the page says nothing. */
export async function save(message) {
  const blob = await load(message);
  if (!blob) return;
  const [{ name, kind }] = message.attachments;
  const link = element("a", { href: URL.createObjectURL(blob), download: name || `WhatsApp ${kind}`, style: "display: none" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKED_AFTER_MS);
}

async function load(message) {
  if (loaded.has(message.id)) return loaded.get(message.id);
  if (!loading.has(message.id)) {
    const loads = fetched(message);
    loading.set(message.id, loads);
    show(message);
    loads.finally(() => loading.delete(message.id)).then(() => show(message));
  }
  return loading.get(message.id);
}

async function fetched({ id, chat, attachments }) {
  await new Promise((done) => setTimeout(done, play("slow_media", chat)?.ms ?? 0));
  const answer = await fetch(`/_sim/media/${id}`);
  if (!answer.ok) {
    missing.add(id);
    return null;
  }
  const blob = new Blob([await answer.arrayBuffer()], { type: attachments[0].type || "application/octet-stream" });
  loaded.set(id, blob);
  missing.delete(id);
  return blob;
}

function show({ id }) {
  if (findMessage(id)) document.dispatchEvent(new CustomEvent("ws-message-changed", { detail: id }));
}
