"""What importing each way in costs: ``python -m bench.imports``. Fresh interpreters, files in memory (warm).

``--python`` measures with the interpreter of another environment: one with the base install alone.
"""

import argparse
import json
import subprocess
import sys
from statistics import median

STATEMENTS = {
    "`import whatsapp_tasks.client`": 0.3,
    "`from whatsapp_tasks.tasks.messages import send_message`": 0.5,
}
"""And what each may cost, in seconds (issue 13)."""

MEASURE = """
import json, sys, time
before, start = len(sys.modules), time.perf_counter()
{statement}
print(json.dumps([time.perf_counter() - start, time.process_time(), len(sys.modules) - before]))
"""


def measure(python: str, statement: str) -> tuple[float, float, int]:
    """Seconds of the import, seconds of CPU of the whole process, modules loaded."""
    ended = subprocess.run(
        [python, "-c", MEASURE.format(statement=statement)], capture_output=True, text=True, check=True
    )
    wall, cpu, modules = json.loads(ended.stdout)
    return wall, cpu, modules


def main() -> int:
    """Prints a table; exit status 1 when a median is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    print("| import | median s | slowest s | CPU s with the interpreter | modules | bound s |")
    print("|---|---|---|---|---|---|")
    late = False
    for shown, bound in STATEMENTS.items():
        statement = shown.strip("`")
        measure(options.python, statement)  # the first one reads from the disk
        rounds = [measure(options.python, statement) for _ in range(options.rounds)]
        walls, cpus = [one[0] for one in rounds], [one[1] for one in rounds]
        late = late or median(walls) > bound
        print(
            f"| {shown} | {median(walls):.2f} | {max(walls):.2f} | {median(cpus):.2f} "
            f"| {rounds[0][2]} | {bound} |"
        )
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
