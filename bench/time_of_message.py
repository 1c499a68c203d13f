"""Where the time of one message goes: part by part, through a worker's own session, Redis and all.

Beside each part stands what the page itself needs for it, measured inside the page: from the click on
the link to the header and the box of the other chat, from each stroke to what it changes in the box, from
Enter to the bubble, from the bubble to its tick. What is more is ours: looks, commands through
the driver, Redis.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, TypeVar

from bench.one_worker import Life, OneWorker
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.stores.metrics import Phase, PhaseTimes

P = ParamSpec("P")
R = TypeVar("R")

PARTS = ("queue", "navigation", "header", "typing", "box read back", "intent", "bubble", "tick")
ENDS = ("taken", "asked", Phase.OPEN_CHAT, "typed", Phase.TYPE, "intent", Phase.VERIFY, Phase.ACK)
"""What ends each part, and first what begins the second one."""
SECONDS = 60.0
TEXT = "Your appointment is tomorrow at 12, room {number}."

# Marks of one message in ms; `box` sums what the strokes took.
_WATCH = """() => {
  const watch = (globalThis.benchWatch = { marks: {}, box: 0 });
  const note = (name) => (watch.marks[name] ??= performance.now());
  let before = null, stroke = null, header = null, newest = null, pending = "";
  addEventListener("click", ({ target }) => target.nodeName === "A" && note("click"), true);
  addEventListener("beforeinput", () => (stroke ??= performance.now()), true);
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    before = newest;
    note("enter");
  }, true);
  new MutationObserver(() => {
    const main = document.querySelector("div#main");
    const box = main?.querySelector("footer [contenteditable]");
    if (stroke !== null && box) {
      watch.box += performance.now() - stroke;
      stroke = null;
    }
    const top = main?.querySelector("header");
    if (top && box && top !== header) {
      header = top;
      if (watch.marks.click) note("header");
    }
    const rows = main?.querySelectorAll("[data-id]") ?? [];
    const last = rows[rows.length - 1];
    newest = last?.getAttribute("data-id") ?? null;
    if (!watch.marks.enter || newest === null || newest === before) return;
    const icons = [...last.querySelectorAll("[data-icon], svg > title")];
    const shown = icons.map((each) => each.getAttribute("data-icon") ?? each.textContent).join();
    if (!watch.marks.bubble) pending = shown;
    else if (shown !== pending) note("tick");
    note("bubble");
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}"""
_MARKS = """() => {
  const { marks, box } = globalThis.benchWatch;
  Object.assign(globalThis.benchWatch, { marks: {}, box: 0 });
  return { ...marks, box };
}"""


class Laps(PhaseTimes):
    """Remembers when each phase of the message in hand ended; nothing is counted."""

    def __init__(self) -> None:
        self.waited = 0.0
        self.at: dict[str, float] = {}

    def begin(self, waited_seconds: float | None = None) -> None:
        self.waited = waited_seconds or 0.0
        self.at = {"taken": time.perf_counter()}

    def lap(self, phase: Phase) -> None:
        self.at[phase] = time.perf_counter()

    def write(self) -> None:
        pass

    def after(self, name: str, function: Callable[P, R]) -> Callable[P, R]:
        """The function, with the time of its end noted under this name."""

        def timed(*args: P.args, **kwargs: P.kwargs) -> R:
            answer = function(*args, **kwargs)
            self.at[name] = time.perf_counter()
            return answer

        return timed


@dataclass
class Times:
    """Seconds of each message by part: of all, and of the page alone."""

    all: dict[str, list[float]] = field(default_factory=lambda: {part: [] for part in PARTS})
    page: dict[str, list[float]] = field(default_factory=lambda: {part: [] for part in PARTS})

    def add(self, laps: Laps, marks: dict[str, float], redis_seconds: float) -> None:
        ends = [laps.at[name] for name in ENDS]
        spent = [later - earlier for earlier, later in pairwise(ends)]
        for part, seconds in zip(PARTS, [laps.waited, *spent], strict=True):
            self.all[part].append(seconds)
        own = {
            "header": marks["header"] - marks["click"],
            "typing": marks["box"],
            "bubble": marks["bubble"] - marks["enter"],
            "tick": marks["tick"] - marks["bubble"],
        }
        for part, milliseconds in own.items():
            self.page[part].append(milliseconds / 1000)
        self.page["intent"].append(redis_seconds)


def measure(era: str, messages: int) -> Times:
    """Each message to another chat, all chats opened before, typing without pauses."""
    times = Times()
    with TemporaryDirectory(prefix="time-of-message-") as folder:
        world = OneWorker(Path(folder))
        try:
            with world.life(era=era) as life:
                _link(world, life)
                laps = _watched(life)
                for number in range(messages):
                    _send(life, number)
                    marks: Any = _page(life).page.evaluate(_MARKS, deadline=Deadline.within(SECONDS))
                    if number >= 2:  # the first ones start what the later ones find running
                        times.add(laps, marks, _round_trip(life))
        finally:
            world.stop()
    return times


def _link(world: OneWorker, life: Life) -> None:
    assert life.rounds(lambda: bool(life.session.context.sessions.qr()), SECONDS)
    world.simulator.link()
    assert life.rounds(lambda: life.state is SessionState.AUTHENTICATED, SECONDS)


def _watched(life: Life) -> Laps:
    context, page, laps = life.session.context, _page(life), Laps()
    ledger: Any = context.ledger
    context.times = laps
    page.page.evaluate(_WATCH, deadline=Deadline.within(SECONDS))
    page.open_chat_inside = laps.after("asked", page.open_chat_inside)
    page.type_text = laps.after("typed", page.type_text)
    ledger.note_intent = laps.after("intent", ledger.note_intent)
    return laps


def _page(life: Life) -> Any:
    return life.session.context.keeper.ensure()


def _send(life: Life, number: int) -> None:
    message_id = life.accept(f"+4915123{number:06d}", TEXT.format(number=number))
    assert life.rounds(lambda: life.message(message_id).status in ("sent", "delivered", "read"), SECONDS)


def _round_trip(life: Life) -> float:
    began = time.perf_counter()
    life.database.do("PING")
    return time.perf_counter() - began


def table(era: str, times: Times) -> str:
    """Markdown: medians in milliseconds."""
    lines = [f"| {era}: part | median ms | the page's own |", "|---|---|---|"]
    for part in PARTS:
        own = f"{1000 * statistics.median(times.page[part]):.1f}" if times.page[part] else "0"
        lines.append(f"| {part} | {1000 * statistics.median(times.all[part]):.1f} | {own} |")
    total = sum(statistics.median(times.all[part]) for part in PARTS[1:])
    own_total = sum(statistics.median(values) for values in times.page.values() if values)
    lines.append(f"| all but the queue | {1000 * total:.1f} | {1000 * own_total:.1f} |")
    return "\n".join(lines)
