"""`python -m fwgen.scenario`: write the table of the steps into docs/scenarios.md."""

from __future__ import annotations

import inspect
import re
import sys

from fwgen.checkout import ROOT, write_made
from fwgen.guard import guarded
from fwgen.scenario.steps import STEPS, Step
from fwgen.spec.parts import fields_of

_PAGE = "docs/scenarios.md"
_BEGIN = "<!-- written by `python -m fwgen.scenario` from fwgen/scenario/steps -->\n"
_END = "<!-- end -->\n"
_BACKENDS = Step.backends


def steps_table() -> str:
    """Return the table of all steps."""
    rows = ["| `do` | more | what happens |\n|---|---|---|\n"]
    common = {field.key for field in fields_of(Step)} | {"do"}
    for name, step in STEPS.items():
        own = ", ".join(f"`{f.key}`" for f in fields_of(step) if f.key not in common)
        rows.append(f"| `{name}` | {own} | {_text(step)} |\n".replace("|  |", "| |"))
    return "".join(rows)


def _text(step: type[Step]) -> str:
    own = vars(step).get("__doc__")
    does = next(field.description for field in fields_of(step) if field.key == "do")
    text = " ".join(inspect.cleandoc(own or does).split())
    if step.backends != _BACKENDS:
        text += f" (Only the backend {' and '.join(step.backends)}.)"
    return text


def generated_files() -> dict[str, str]:
    """Return path below the repository's root -> content."""
    page = (ROOT / _PAGE).read_text(encoding="utf-8")
    marked = re.compile(f"(?<={re.escape(_BEGIN)}).*?(?={re.escape(_END)})", re.S)
    return {_PAGE: marked.sub(lambda _: f"\n{steps_table()}\n", page)}


if __name__ == "__main__":
    sys.exit(guarded(lambda: write_made(generated_files())))
