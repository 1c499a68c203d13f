// From one screen to the next: the QR page, the chats, the logout.
import { drawBanners } from "./banners.js";
import { unknownPage } from "./blockers.js";
import { drawRows, side } from "./chatlist.js";
import { conversationSlot } from "./conversation.js";
import { landing } from "./landing.js";
import { settleLanguage } from "./language.js";
import { loadingScreen } from "./loading.js";
import { followAddress } from "./openchat.js";
import { element, part, skin } from "./skin.js";
import { chatsAreShown, checkBlockers, enter, leaveBootHtml, mode, show, showAnyway } from "./stage.js";
import { play, tellScreen } from "./state.js";
import { drawUnforeseen } from "./unforeseen.js";
import { announceNews } from "./whatsnew.js";

const LOGOUT_MS = 300;

export function showLanding(reason) {
  enter("qr");
  leaveBootHtml();
  show(landing({ reason }));
  checkBlockers();
}

/** `prepare` shows the loading screens; the chats come when it is done. */
export async function enterMain(prepare) {
  enter("loading");
  leaveBootHtml();
  await prepare();
  if (mode !== "loading") return;
  if (play("unknown_page")) {
    enter("unknown");
    showAnyway(unknownPage());
    tellScreen({ screen: "unknown" });
    return;
  }
  enter("main");
  settleLanguage();
  show(part("main_screen", {}, {}, rail(), side(), conversationSlot()));
  drawRows();
  drawBanners();
  tellScreen({ screen: "main" });
  checkBlockers();
  announceNews();
  drawUnforeseen(chatsAreShown());
  followAddress();
}

/** The narrow bar at the left edge, since E3 (its look is a guess). */
function rail() {
  if (skin.era !== "E3") return null;
  return element("header", { class: "ws-rail", "data-tab": "2" }, element("div", { class: "ws-rail-item" }));
}

/** "Logging out", for a while. */
export async function showLoggingOut() {
  const { node, step } = loadingScreen("logging_out");
  step(100, "logging_out");
  node.append(element("div", { class: "ws-logout-note" }, skin.texts.do_not_close_logout));
  show(node);
  await new Promise((done) => setTimeout(done, LOGOUT_MS));
}
