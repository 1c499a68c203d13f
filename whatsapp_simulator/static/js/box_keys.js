// Keys that reach the compose box, or the chat, from elsewhere in the page (§12.5, §12.3).
import { popupIsOpen } from "./popup.js";
import { previewIsOpen } from "./preview.js";

const inTextBox = (target) => target.closest?.("[contenteditable=true], input, textarea, button") !== null;

/** The message list takes the focus; printable keys, Enter and a paste there act on the box. */
export function listenInPanel(panel, { composer, submit }) {
  panel.addEventListener("keydown", (event) => {
    if (!event.isTrusted || !composer() || inTextBox(event.target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      submit(composer().text());
    } else if ([...event.key].length === 1) {
      event.preventDefault();
      composer().focus();
      composer().insert(event.key);
    }
  });
  panel.addEventListener("paste", (event) => {
    if (!composer()) return;
    event.preventDefault();
    composer().focus();
    composer().append(event.clipboardData.getData("text/plain"));
  });
}

/** Escape with nothing else open closes the chat. */
export function closeOnEscape(close) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !event.isTrusted || event.defaultPrevented) return;
    const elsewhere = document.activeElement?.closest("#side, [role=dialog], [role=menu]");
    if (!elsewhere && !popupIsOpen() && !previewIsOpen()) close();
  });
}
