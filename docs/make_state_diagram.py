"""Draws the session's state machine: ``python docs/make_state_diagram.py`` writes ``docs/states.md``."""

from pathlib import Path

from whatsapp_tasks.domain.states import MAY_REPLY, MAY_SEND, MEANINGS, TRANSITIONS, SessionState

TARGET = Path(__file__).parent / "states.md"

_HEAD = """# Session states

Generated from the table in `whatsapp_tasks/domain/states.py` by `docs/make_state_diagram.py`; a test compares
the two. An event without an arrow is refused, and changes nothing; events that do not change the state
are not drawn. For the causes of each event see [protection.md](protection.md).

"""


def diagram() -> str:
    """The whole page: a Mermaid picture, and the meaning of each state."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {SessionState.INIT}"]
    for state, row in TRANSITIONS.items():
        ways: dict[SessionState, list[str]] = {}
        for event, after in row.items():
            if after is not state:
                ways.setdefault(after, []).append(event)
        lines += [f"    {state} --> {after}: {', '.join(events)}" for after, events in ways.items()]
    lines += ["    classDef sends fill:#c8f0d0,color:#000", "    classDef replies fill:#fff0c0,color:#000"]
    lines += [f"    class {state} sends" for state in sorted(MAY_SEND)]
    lines += [f"    class {state} replies" for state in sorted(MAY_REPLY)]
    lines += ["```", "", "| state | meaning | sends |", "|---|---|---|"]
    for state, meaning in MEANINGS.items():
        sends = "yes" if state in MAY_SEND else "replies, by a setting" if state in MAY_REPLY else "no"
        lines.append(f"| `{state}` | {meaning} | {sends} |")
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(diagram(), "utf-8")
