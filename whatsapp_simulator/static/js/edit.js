// Editing the last message, which Arrow up in the empty box opens (§12.5). How it looks is a guess.
import { Composer } from "./compose.js";
import { send } from "./connection.js";
import { popup } from "./popup.js";
import { element, part, skin } from "./skin.js";
import { allMessages } from "./state.js";
import { toast } from "./toast.js";

const EDITABLE_SECONDS = 15 * 60;
const OPENS_AFTER_MS = 200;

const editable = (message) =>
  message?.mine && message.status !== "pending" && Date.now() / 1000 - message.at < EDITABLE_SECONDS;

/** Opens the last message of ours for editing, or says that there is none. */
export function editLastMessage(phone, isStillOpen) {
  setTimeout(() => {
    if (!isStillOpen()) return;
    const message = allMessages(phone).findLast((each) => each.mine);
    if (editable(message)) openEditor(message);
    else toast(skin.texts.nothing_to_edit);
  }, OPENS_AFTER_MS);
}

function openEditor(message) {
  const box = part("edit_box");
  const finish = () => {
    composer.destroy();
    close();
  };
  const save = (words) => {
    finish();
    if (words.trim()) send({ type: "edit", id: message.id, text: words.trim() });
  };
  const close = popup({
    name: "edit",
    title: skin.texts.edit_message,
    extra: [element("div", { class: "ws-edit" }, box)],
    cancel: { label: skin.texts.cancel, action: () => composer.destroy() },
  });
  const composer = new Composer(box, { onSend: save });
  composer.set(message.text);
  composer.focus();
}
