// A dialog that nobody foresaw: new terms, a survey. Only its own button takes it away: it has no cross, Escape and a
// click beside it do nothing, and after a reload it is there again until someone has pressed the button.
import { holdFocus } from "./modal_focus.js";
import { popupLayer } from "./popup.js";
import { element, part } from "./skin.js";
import { play, scenario, tellScreen } from "./state.js";

const NAME = "unforeseen_dialog";
let shown = null; // how to take it away

/** Shows the dialog while the scenario is on and the chats are there. */
export function drawUnforeseen(chatsAreShown) {
  const wanted = chatsAreShown ? scenario(NAME) : null;
  if (wanted && !shown) shown = open(wanted);
  else if (!wanted) shown?.();
}

function open({ title, text, button }) {
  const answered = () => {
    close();
    play(NAME);
  };
  const words = [element("h1", {}, title), element("div", {}, text)];
  const answer = element("button", { type: "button", class: "ws-primary", onclick: answered }, button);
  const dialog = part("dialog", {}, {}, element("div", { class: "ws-news-box" }, ...words, answer));
  const backdrop = part("backdrop", {}, { class: "ws-news" }, dialog);
  const close = () => {
    shown = null;
    backdrop.remove();
    giveBack();
    tellScreen({ popup: null });
  };
  popupLayer().append(backdrop);
  const giveBack = holdFocus(dialog);
  tellScreen({ popup: NAME });
  return close;
}
