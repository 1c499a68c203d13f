// OpenChatFlow (§2): from a link with a phone number to an open chat, with "Starting chat" between.
import { ask } from "./connection.js";
import { openConversation } from "./conversation.js";
import { pasteIntoComposer } from "./footer.js";
import { errorPopup, popup } from "./popup.js";
import { skin, structure, text } from "./skin.js";
import { play, scenario, state } from "./state.js";

const known = new Set(); // positive results are kept for the life of the tab
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// A scenario that bends the query is meant to be seen, so it goes before what the tab remembers.
const BENDING = ["invalid_number", "query_error", "wrong_chat", "slow_query"];

async function exists(phone) {
  const bent = BENDING.some((name) => scenario(name, phone));
  if (!bent && known.has(phone) && state.chats.has(phone))
    return { result: "hit", chat: state.chats.get(phone) };
  try {
    const answer = await ask({ type: "exists", phone });
    // What is opened instead by `wrong_chat` must not be remembered.
    if (answer.result === "hit" && answer.chat.phone === phone) {
      known.add(phone);
      if (!state.chats.has(phone)) state.chats.set(phone, answer.chat);
    }
    return answer;
  } catch {
    return { result: "error" };
  }
}

let flows = 0;

/** The page has left the main screen: a flow under way opens nothing any more. */
export function abandonFlow() {
  flows += 1;
}

/** "Starting chat": shown after a while, and then for a while at least (§2). */
function startingChat() {
  const { popup_delay_ms: delay, popup_min_ms: minimum } = state.settings;
  const started = performance.now();
  const shown = { cancelled: false, close: null };
  const show = () => {
    const cancel = { label: skin.texts.cancel, action: () => (shown.cancelled = true) };
    // Only Cancel aborts; Escape and the overlay hide it, and the chat still opens (§11.3).
    shown.close = popup({ name: "starting_chat", title: skin.texts.starting_chat, spinner: true, cancel, hides: true });
  };
  const timer = setTimeout(show, delay);
  /** Resolves when it is gone. */
  shown.end = async () => {
    clearTimeout(timer);
    if (!shown.close) return;
    await sleep(started + delay + minimum - performance.now());
    if (!shown.cancelled) shown.close();
  };
  return shown;
}

export async function openChatFlow(phone, words) {
  const flow = (flows += 1); // a later link replaces this one
  // The popup is mounted at once: the focus leaves the box with nothing to see (§11.3).
  if (structure.opens_below_popup) document.activeElement?.blur();
  const starting = startingChat();
  const answer = await exists(phone);
  const given = () => starting.cancelled || flow !== flows;
  // The chat opens before the popup's time is over, and is covered by it (§11.6); not so in older pages.
  if (!structure.opens_below_popup || answer.result !== "hit") await starting.end();
  if (given()) return void starting.end();
  if (answer.result !== "hit") {
    errorPopup("invalid_number", text(skin.invalid_text, { number: answer.printed ?? `+${phone}` }));
    return;
  }
  const slow = play("slow_chat_open", phone);
  if (slow) await sleep(slow.ms);
  if (given()) return void starting.end();
  const wasActive = state.active === answer.chat.phone;
  await openConversation(answer.chat);
  if (words) pasteIntoComposer(words, { append: wasActive });
  await starting.end();
}

const digits = (phone) => phone.replace(/\D/g, "");

/** Phone and text of a link the app understands (§3), or null. */
export function parseLink(href) {
  const origin = location.origin.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const send = [
    new RegExp(`^${origin}((?:/\\w+)*)/send/?\\?(.*)$`),
    /^https?:\/\/api\.whatsapp\.com()\/send\/?\?(.*)$/,
    /^whatsapp:\/\/()send\/?\?(.*)$/,
  ];
  for (const pattern of send) {
    const match = pattern.exec(href);
    if (!match) continue;
    const query = new URLSearchParams(match[2].split("#")[0]);
    return { phone: digits(query.get("phone") ?? ""), text: query.get("text") ?? "" };
  }
  const short = /^https?:\/\/wa\.me\/(\d{0,20})\/?\?(.*)$/.exec(href);
  if (short) return { phone: short[1], text: new URLSearchParams(short[2]).get("text") ?? "" };
  return null;
}

/** Links inside the page are followed without a reload, but only a click on the anchor itself counts (§3). */
export function followLinks(isMain) {
  window.addEventListener(
    "click",
    (event) => {
      const target = event.target;
      if (target.nodeName !== "A" || !isMain() || target.closest("[data-nohandle]")) return;
      const link = parseLink(target.getAttribute("href") ?? "");
      if (!link) return;
      event.preventDefault();
      openChatFlow(link.phone, link.text);
    },
    true,
  );
}

/** On reaching the main screen: the address is taken, wiped and acted on (§2, step 2). */
export function followAddress() {
  const link = parseLink(location.href);
  history.replaceState(null, "", "/");
  if (link) openChatFlow(link.phone, link.text);
}
