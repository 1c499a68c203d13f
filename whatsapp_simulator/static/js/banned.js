// What no page of WhatsApp Web was seen to show, but one of tomorrow may: a ban in words, no chat list (§7d).
import { popup } from "./popup.js";
import { element, part, skin, structure } from "./skin.js";
import { scenario } from "./state.js";
import { wdsBanner } from "./wds_banner.js";

let closeDialog = null;
let gap = null; // stands where the chat list was

/** Follows the scenarios ban_notice (but for a full screen, see blockers.js) and chat_list_gone. */
export function playBanned(slot) {
  const notice = scenario("ban_notice");
  if (notice?.where === "dialog") {
    closeDialog ??= popup({ name: "ban_notice", text: notice.text, ok: { label: skin.texts.ok } });
  } else {
    closeDialog?.();
    closeDialog = null;
  }
  if (notice?.where === "banner") {
    const words = part("butterbar_title", {}, {}, notice.text);
    const old = () => part("butterbar", {}, {}, element("div", {}, words));
    slot.append(structure.wds_banners ? wdsBanner({ icon: "offline", text: notice.text }) : old());
  }
  const pane = document.querySelector("#pane-side");
  if (scenario("chat_list_gone") && pane) {
    gap = { comment: document.createComment("chat list"), pane };
    pane.replaceWith(gap.comment);
  } else if (!scenario("chat_list_gone") && gap) {
    gap.comment.replaceWith(gap.pane);
    gap = null;
  }
}
