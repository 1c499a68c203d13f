// What the page knows of a chat's messages, read from the server.
import { ask } from "./connection.js";
import { state } from "./state.js";

const newest = (phone) => ask({ type: "history", phone, before: null }).catch(() => null);

/** The server's messages, and after them those of the outbox, which it may not have yet. */
function keep(phone, answer) {
  const waiting = [...state.outbox.values()].filter((message) => message.chat === phone);
  const known = (answer?.messages ?? []).filter((message) => !state.outbox.has(message.id));
  state.histories.set(phone, { messages: [...known, ...waiting], more: answer?.more ?? false });
}

/** For a chat that is opened. Without a connection it opens with what the page knows: nothing. */
export async function loadHistory(phone) {
  const answer = await newest(phone);
  if (!state.histories.has(phone)) keep(phone, answer);
}

/** Loads the history again. Returns whether it came. */
export async function reloadHistory(phone) {
  const answer = await newest(phone);
  if (answer) keep(phone, answer);
  return answer !== null;
}
