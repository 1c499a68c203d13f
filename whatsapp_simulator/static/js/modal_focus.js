// What a modal does with the focus (§11.3): taken in the next tick, no button focused, taken back from outside.
import { structure } from "./skin.js";

const MAY_HAVE_IT = "#wa-popovers-bucket, [role=menu]";

/** Call when the dialog is in the page. Returns what gives the focus back, to be called after it has gone. */
export function holdFocus(dialog) {
  if (!structure.modals_take_focus) return () => {};
  const before = document.activeElement;
  dialog.setAttribute("tabindex", "-1");
  setTimeout(() => {
    if (dialog.isConnected && !dialog.contains(document.activeElement)) dialog.focus();
  });
  const takeBack = ({ target }) => {
    if (dialog.isConnected && !dialog.contains(target) && !target.closest?.(MAY_HAVE_IT)) dialog.focus();
  };
  document.addEventListener("focusin", takeBack);
  return () => {
    document.removeEventListener("focusin", takeBack);
    // The old element after keyboard use only; else the part of the page that was used last decides.
    if (document.querySelector(".keyboard-user")) before?.focus();
    else if (!usedSide) document.dispatchEvent(new CustomEvent("ws-focus-returns"));
  };
}

let usedSide = false;
document.addEventListener("mousedown", ({ target }) => (usedSide = target.closest?.("#side") != null), true);
