"""Things that come over a page while somebody types, and note what of the input reaches them."""

from typing import Any, cast

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import Page

INTRUDERS = ("dialog", "cover", "field", "frame", "other_box", "title")
AT_ENTER = ("suggestions", "text")
"""Also in the way of Enter."""

# Comes right after the `at`-th change of the compose box, within the same task or `ms` later: so between two
# strokes, or between the parts of one; with 0 `ms` from now. It notes every event that arrives at it.
_SET = """(kind, at, ms) => {
  const box = document.querySelector("#main footer [contenteditable=true]");
  const told = (globalThis.toldByIntruder = { came: false, events: [], texts: [] });
  const note = (event) => told.events.push(event.type);
  const TYPES = ["keydown", "keypress", "keyup", "beforeinput", "input", "paste", "pointerdown", "mousedown",
    "mouseup", "click"];
  const watched = (element) => {
    for (const type of TYPES) element.addEventListener(type, note);
    return element;
  };
  const made = (tag, attributes, style, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.style.cssText = style;
    element.append(...children);
    return element;
  };
  const OVER = "position:fixed;inset:0;z-index:9999;background:white";
  // In this tick, in the next one, and back from whoever else takes it, as the page's own dialogs do (11.3).
  const take = (element) => {
    const focus = () => told.made === null || element.focus();
    focus();
    setTimeout(focus);
    box.addEventListener("focusin", focus);
    told.give = () => box.removeEventListener("focusin", focus);
  };
  const button = () => made("button", {}, "width:200px;height:80px", "Log out");
  const COME = {
    dialog: () => {
      const out = button();
      document.body.append(watched(made("div", { role: "dialog", "aria-modal": "true" }, OVER, out)));
      take(out);
    },
    cover: () => { // no role, no name, and it has the focus itself
      const cover = watched(made("div", { tabindex: "-1" }, OVER, button()));
      document.body.append(cover);
      take(cover);
    },
    field: () => {
      const field = watched(made("input", { type: "text" }, "position:fixed;top:0;left:0;z-index:9999"));
      document.body.append(field);
      told.texts.push(() => field.value);
      take(field);
    },
    frame: () => {
      const frame = made("iframe", {}, "position:fixed;top:0;left:0;z-index:9999");
      document.body.append(frame);
      const field = watched(frame.contentDocument.createElement("textarea"));
      frame.contentDocument.body.append(field);
      told.texts.push(() => field.value);
      take(field);
    },
    other_box: () => { // another chat's box in the place of ours
      const other = watched(made("div", { contenteditable: "true" }, "min-height:20px"));
      box.after(other);
      told.texts.push(() => other.textContent);
      take(other);
    },
    title: () => {
      const title = document.querySelector("#main header span[dir=auto]");
      told.undo = [title, title.textContent, title.getAttribute("title")];
      title.textContent = "Somebody else";
      title.setAttribute("title", "Somebody else");
    },
  };
  COME.suggestions = () => {
    const entry = watched(button());
    document.getElementById("wa-popovers-bucket").append(entry);
  };
  COME.text = () => document.execCommand("insertText", false, "!");
  let changes = 0;
  const come = () => {
    observer.disconnect();
    if (told.over) return;
    const before = new Set(document.querySelectorAll("*"));
    COME[kind]();
    told.came = true;
    told.made = [...document.querySelectorAll("*")].filter((element) => !before.has(element));
  };
  const observer = new MutationObserver(() => {
    if (++changes !== at) return;
    if (ms < 0) come();
    else setTimeout(come, ms);
  });
  if (at === 0) setTimeout(come, ms);
  else observer.observe(box, { childList: true, subtree: true, characterData: true });
}"""

_TELL = """() => {
  const { came, events, texts, made, undo, give } = globalThis.toldByIntruder;
  give?.();
  Object.assign(globalThis.toldByIntruder, { made: null, over: true });
  for (const element of made || []) element.remove();
  if (undo) {
    const [title, text, attribute] = undo;
    title.textContent = text;
    if (attribute === null) title.removeAttribute("title");
    else title.setAttribute("title", attribute);
  }
  return { came, events, texts: texts.map((text) => text()).join("") };
}"""


def set_intruder(page: Page, kind: str, *, at: int, ms: float) -> None:
    """One comes after the ``at``-th change of the box: ``ms`` milliseconds later, negative: at once."""
    page.evaluate(_SET, kind, at, ms, deadline=Deadline.within(10))


def what_reached_it(page: Page) -> dict[str, Any]:
    """What arrived at the intruder, ``came`` whether it came at all; then it is gone again."""
    return cast("dict[str, Any]", page.evaluate(_TELL, deadline=Deadline.within(10)))
