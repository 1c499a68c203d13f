"""Named mutants of the send path: each takes one decision away, and a play must notice (issue 13).

``python -m bench.mutants [NAME …]`` copies the code into a temporary folder, applies one mutant after the
other and runs its tests there. Ends with 1 when one survives, or when the tests fail without any.
``python -m bench.mutants --tool FILE …`` lets mutmut change the files besides, in ``var/mutants``
(docs/mutants.md).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = (
    *("whatsapp_tasks", "whatsapp_simulator", "webapp", "bench", "tests"),
    *("setup.cfg", "pyproject.toml", "celeryconfig.py"),
)
PLAYS = "tests/integration/session"
TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class Mutant:
    """``old`` stands in ``file`` exactly once, and becomes ``new``."""

    name: str
    file: str
    old: str
    new: str
    tests: str

    def apply(self, root: Path) -> None:
        """Raises ValueError where the code has moved on."""
        path = root / self.file
        text = path.read_text("utf-8")
        if text.count(self.old) != 1:
            raise ValueError(
                f"{self.name}: the text to change stands in {self.file} {text.count(self.old)} times"
            )
        path.write_text(text.replace(self.old, self.new), "utf-8")


SENDING = "whatsapp_tasks/session/sending.py"
SETTLING = "whatsapp_tasks/session/settling.py"
FOLLOWING = "whatsapp_tasks/session/following.py"
DELIVERY = "whatsapp_tasks/session/delivery.py"
SEND_PERMISSION = "whatsapp_tasks/session/send_permission.py"
HAND = "whatsapp_tasks/session/hand.py"
ATTACHING = "whatsapp_tasks/session/attaching.py"
TAKING_OVER = f"{PLAYS}/test_taking_over.py"
FILES_SHOWN = "whatsapp_tasks/domain/files_shown.py"

MUTANTS = (
    Mutant(
        "no expiry check before Enter",
        SENDING,
        "if message.expires_at_ms is not None and message.expires_at_ms <= context.now_ms():",
        "if False:",
        f"{PLAYS}/test_sending.py",
    ),
    Mutant(
        "no second lease check",
        SENDING,
        "page.press_enter(opened.mark, message.text, deadline, context.lease.check)",
        "page.press_enter(opened.mark, message.text, deadline, lambda _: None)",
        f"{PLAYS}/test_sending.py",
    ),
    Mutant(
        "no chat check after typing",
        "whatsapp_tasks/session/typing.py",
        "            and shown.text in forms_in_box(text)\n            and opened.holds_in(snapshot)",
        "            and shown.text in forms_in_box(text)",
        f"{PLAYS}/test_sending.py",
    ),
    Mutant(
        "gate not closed when not handled",
        "whatsapp_tasks/tasks/delivery.py",
        "                if not handled:",
        "                if False:",
        f"{PLAYS}/test_delivery.py",
    ),
    Mutant(
        "tick adopted from another chat",
        FOLLOWING,
        "            if not opened.is_of(message.recipient):",
        "            if False:",
        f"{PLAYS}/test_following.py",
    ),
    Mutant(
        'quiet time before "absent" set to 0',
        SETTLING,
        "ABSENT_QUIET_SECONDS = 5.0",
        "ABSENT_QUIET_SECONDS = 0.0",
        f"{PLAYS}/test_settling.py",
    ),
    Mutant(
        "own last look ignored",
        SEND_PERMISSION,
        "            conditions.session.state is not self._seen_state()\n",
        "            False\n",
        f"{PLAYS}/test_delivery.py",
    ),
    Mutant(
        "settle delay ignored",
        DELIVERY,
        "self._permission.hold(decision.delay_seconds)",
        "pass",
        f"{PLAYS}/test_settling.py",
    ),
    # Their siblings: the same decisions, taken elsewhere.
    Mutant(
        "no first lease check",
        SENDING,
        "    context.lease.check(LEASE_MARGIN_SECONDS)\n    if message",
        "    if message",
        f"{PLAYS}/test_sending.py",
    ),
    Mutant(
        "last look after Enter ignored",
        SENDING,
        "        _not_taken(context, page, watch.message, watch.intent)\n",
        "",
        f"{PLAYS}/test_sending.py",
    ),
    Mutant(
        "what was seen while Redis was away forgotten",
        SENDING,
        "    context.seen = (message.id, bubble.id)\n",
        "",
        f"{PLAYS}/test_files.py",
    ),
    Mutant(
        "bubble taken from another chat",
        SENDING,
        "    if chat is None or opened is None or not opened.holds_in(snapshot):\n"
        "        return None\n    standing",
        "    if chat is None or opened is None:\n        return None\n    standing",
        f"{PLAYS}/test_sending.py",
    ),
    Mutant(
        "tick taken from a chat that replaced ours",
        FOLLOWING,
        "if chat is None or opened is None or not opened.holds_in(snapshot):",
        "if chat is None or opened is None:",
        f"{PLAYS}/test_following.py",
    ),
    Mutant(
        "settled by another chat",
        SETTLING,
        "if snapshot.chat is None or context.opened is None or not context.opened.holds_in(snapshot):",
        "if snapshot.chat is None or context.opened is None:",
        f"{PLAYS}/test_settling.py",
    ),
    Mutant(
        "settled without a load",
        SETTLING,
        "        chat = open_recipient(context, page, message.recipient, fresh=True)",
        "        pass",
        f"{PLAYS}/test_settling.py",
    ),
    Mutant(
        "gate not closed when the lease is lost",
        "whatsapp_tasks/tasks/delivery.py",
        '                runtime().gate.close()\n                log.warning("The lease was lost',
        '                log.warning("The lease was lost',
        f"{PLAYS}/test_sending.py",
    ),
    Mutant(
        "intent not withdrawn when Enter was held back",
        SENDING,
        "        context.ledger.withdraw_intent(message, context.lease.fence)\n        raise postponed",
        "        raise postponed",
        f"{PLAYS}/test_sending.py",
    ),
    Mutant(
        "a preview of several files is sent",
        FILES_SHOWN,
        "    if preview.count != 1:",
        "    if False:",
        f"{PLAYS}/test_files.py",
    ),
    Mutant(
        "a picture is sent that is about to become a document",
        FILES_SHOWN,
        "    if named or (preview.caption is None and file.kind is not FileKind.AUDIO):",
        "    if False:",
        f"{PLAYS}/test_files.py",
    ),
    Mutant(
        "a document is sent under another name",
        FILES_SHOWN,
        'return None if named else "preview_unexpected"',
        "return None",
        f"{PLAYS}/test_files.py",
    ),
    Mutant(
        "anybody's picture without a word is taken for ours",
        "whatsapp_tasks/domain/intents.py",
        "    if ours and not watched and file is not None and not is_distinct(file, text):",
        "    if False:",
        f"{PLAYS}/test_files.py",
    ),
    Mutant(
        "what the page said of an earlier file refuses this one",
        ATTACHING,
        "refusal_of(snapshot.file_notices - known)",
        "refusal_of(snapshot.file_notices)",
        f"{PLAYS}/test_files.py",
    ),
    Mutant(
        "what stands in the box becomes the caption",
        ATTACHING,
        "    empty_box(page, opened, Deadline.within(BOX_SECONDS))\n",
        "",
        f"{PLAYS}/test_files.py",
    ),
    Mutant(
        "a preview is left open where the attempt failed",
        ATTACHING,
        "        take_picture(context, error.code)\n        _put_away_quietly(context, page)\n        raise",
        "        take_picture(context, error.code)\n        raise",
        f"{PLAYS}/test_files.py",
    ),
    Mutant(
        "no second lease check before the send button of a file",
        SENDING,
        "page.press_send_file(opened.mark, message.text, deadline, context.lease.check)",
        "page.press_send_file(opened.mark, message.text, deadline, lambda _: None)",
        f"{PLAYS}/test_files.py",
    ),
    Mutant(
        "an upload is not followed",
        SENDING,
        "            await_upload(context, page, bubble.id, upload_seconds(message.file.size))",
        "            pass",
        f"{PLAYS}/test_files.py",
    ),
    Mutant(
        "sending goes on while a person has the page, and before a look at what they left",
        SEND_PERMISSION,
        "            or not self._page_is_ours()\n",
        "",
        f"{PLAYS}/test_hand.py",
    ),
    Mutant(
        "a chat that a person asked for last may be taken for ours",
        HAND,
        "            self._context.unanswered = snapshot.document\n",
        "",
        f"{PLAYS}/test_hand.py",
    ),
    Mutant(
        "a person's order is obeyed when nobody waits for it any more",
        HAND,
        "if order is None or not lent.desk.stands(order):",
        "if order is None:",
        f"{PLAYS}/test_hand.py",
    ),
    Mutant(
        "a person acts on the page of a worker without the lease",
        HAND,
        "        self._context.lease.check()\n",
        "",
        f"{PLAYS}/test_hand.py",
    ),
    # What decides which copy of a session runs (issue 14).
    Mutant(
        "what a restored session does not show is believed",
        SETTLING,
        "    if not absence_proves(begun_ms, message.fence, gaps):",
        "    if False:",
        f"{PLAYS}/test_settling.py",
    ),
    Mutant(
        "what is not there after a day is believed never to have been sent",
        SETTLING,
        "    if may_have_disappeared(begun_ms, context.now_ms()):",
        "    if False:",
        f"{PLAYS}/test_settling.py",
    ),
    Mutant(
        "a stale archive is restored",
        "whatsapp_tasks/domain/session_custody.py",
        "    if custody.sent_since(archive):",
        "    if False:",
        TAKING_OVER,
    ),
    Mutant(
        "an old profile runs again",
        "whatsapp_tasks/domain/session_custody.py",
        "    if custody.ran in profile.numbers and (profile.has_session or not custody.is_left):",
        "    if profile.has_session:",
        TAKING_OVER,
    ),
    Mutant(
        "Redis lost its data, and the vault is not asked",
        "whatsapp_tasks/domain/session_custody.py",
        "    if newest.fence > profile.newest:",
        "    if False:",
        TAKING_OVER,
    ),
    Mutant(
        "the archive's hash is not compared with Redis",
        "whatsapp_tasks/session/taking_over.py",
        "                if unpack(file, copies.key, parts, allowed=is_part) != header:",
        "                unpack(file, copies.key, parts, allowed=is_part)\n                if False:",
        TAKING_OVER,
    ),
    Mutant(
        "an archive is recorded without the lease",
        "whatsapp_tasks/stores/scripts/set_fenced.lua",
        "if redis.call('HGET', lease, 'fence') ~= fence then return 0 end\n",
        "",
        TAKING_OVER,
    ),
    Mutant(
        "numbers do not outgrow those of before Redis lost its count",
        "whatsapp_tasks/session/taking_over.py",
        "        self._outnumber(max(fences), custody)\n",
        "",
        TAKING_OVER,
    ),
    Mutant(
        "the archives of an unlinked account stay",
        "whatsapp_tasks/session/saving.py",
        "        self._end(reason, keep_archives=False)\n        self._forget()\n",
        "        self._end(reason, keep_archives=False)\n",
        TAKING_OVER,
    ),
    Mutant(
        "the browser outlives the lease",
        "whatsapp_tasks/tasks/session_vault.py",
        "                    self._context.keeper.end_at_once()\n",
        "                    pass\n",
        "tests/unit/whatsapp_tasks/tasks/test_session_vault.py",
    ),
)


def copy_of_the_code(folder: Path) -> Path:
    """A copy to change; tests run in it find the code there, before the installed one."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
            )
        else:
            shutil.copy(source, folder / name)
    return folder


def tests_pass(root: Path, tests: Iterable[str]) -> bool:
    """Whether they pass there; a run that does not end counts as noticed."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        run = subprocess.run(
            command, cwd=root, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    if run.returncode not in (0, 1):  # 1: a test failed; all else is no verdict
        raise RuntimeError(run.stdout[-2000:] + run.stderr[-2000:])
    return run.returncode == 0


def run(mutants: Iterable[Mutant]) -> list[str]:
    """Runs them and prints a line each; the names of the survivors."""
    chosen = list(mutants)
    survivors = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = copy_of_the_code(Path(folder))
        if not tests_pass(root, sorted({mutant.tests for mutant in chosen})):
            raise RuntimeError("The tests fail without any mutant")
        for mutant in chosen:
            kept = (root / mutant.file).read_text("utf-8")
            mutant.apply(root)
            survived = tests_pass(root, [mutant.tests])
            (root / mutant.file).write_text(kept, "utf-8")
            print(f"{'SURVIVED' if survived else 'killed  '}  {mutant.name}", flush=True)
            survivors += [mutant.name] * survived
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} killed")
    return survivors


TOOL_CONFIG = """
[mutmut]
source_paths =
    whatsapp_tasks
only_mutate =
    {files}
also_copy =
    whatsapp_simulator
    webapp
    bench
    celeryconfig.py
pytest_add_cli_args_test_selection =
    tests/unit/whatsapp_tasks/domain
    tests/integration/session
pytest_add_cli_args =
    -p
    no:cacheprovider
use_git_change_detection = false
"""


def run_tool(files: Iterable[str]) -> int:
    """mutmut on ``files``; prints the survivors. About one mutant a second."""
    root = ROOT / "var" / "mutants"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    copy_of_the_code(root)
    with (root / "setup.cfg").open("a", encoding="utf-8") as config:
        config.write(TOOL_CONFIG.format(files="\n    ".join(files)))
    mutmut = Path(sys.executable).with_name("mutmut")
    done = subprocess.run([mutmut, "run"], cwd=root, env={**os.environ, "CI": "1"}, check=False)
    subprocess.run([mutmut, "results"], cwd=root, check=False)
    return done.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="only those whose name holds one of these")
    parser.add_argument("--tool", nargs="+", metavar="FILE", help="these files, changed by mutmut")
    asked = parser.parse_args()
    if asked.tool:
        return run_tool(asked.tool)
    names = asked.names
    return 1 if run(m for m in MUTANTS if not names or any(name in m.name for name in names)) else 0


if __name__ == "__main__":
    sys.exit(main())
