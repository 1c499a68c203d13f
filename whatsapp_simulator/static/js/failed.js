// The mark beside a message that was not sent (§10.2, §12.1), and what a click on it asks.
import { send } from "./connection.js";
import { icon } from "./icons.js";
import { popup } from "./popup.js";
import { part, skin } from "./skin.js";

/** A reaction or vote of ours that failed stands beside a bubble of theirs, and cannot be clicked (§12.1). */
export function failedReaction() {
  return part("fail_container", {}, {}, icon("failed"));
}

export function failedMark(resend) {
  const again = () => {
    send({ type: "pressed", what: "try_again" });
    resend();
  };
  const explain = () =>
    popup({
      name: "not_sent",
      text: skin.texts.not_sent,
      cancel: { label: skin.texts.cancel },
      ok: { label: skin.texts.resend, action: again },
    });
  const mark = part("failed_mark", {}, { onclick: explain }, icon("failed"));
  return part("fail_container", {}, {}, mark);
}
