// The app: connects to the server and listens to the user; what each is for stands in its own module.
import { drawBanners } from "./banners.js";
import { drawRows } from "./chatlist.js";
import * as connection from "./connection.js";
import { markSeen } from "./conversation.js";
import "./device.js";
import { refreshFooter } from "./footer.js";
import { listenForLinking } from "./landing.js";
import { hangIf } from "./misbehaviour.js";
import { followLinks } from "./openchat.js";
import { listenForPasskey } from "./passkey.js";
import { chatsAreShown, checkBlockers, wrapper } from "./stage.js";
import { scenario, state } from "./state.js";
import { drawUnforeseen } from "./unforeseen.js";

connection.on("reload", () => location.reload());
connection.on("error", ({ message }) => console.error(message));

connection.on("settings", ({ settings }) => {
  state.settings = settings;
});

connection.on("scenarios", ({ scenarios }) => {
  state.scenarios = scenarios;
  if (scenario("hang")) hangIf("now");
  checkBlockers();
  drawUnforeseen(chatsAreShown());
  drawBanners();
  drawRows();
  refreshFooter();
});

document.addEventListener("ws-chats-changed", drawRows);
document.addEventListener("ws-chat-opened", drawRows);
window.addEventListener("focus", markSeen);
window.addEventListener("resize", drawRows);
document.addEventListener("keydown", ({ key }) => key === "Tab" && wrapper.classList.add("keyboard-user"));

listenForLinking();
listenForPasskey();
followLinks(chatsAreShown);
connection.connect();
