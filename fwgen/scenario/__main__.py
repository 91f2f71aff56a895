"""`python -m fwgen.scenario`: write the tables of steps and of bundled scenarios into
docs/scenarios.md."""

from __future__ import annotations

import inspect
import itertools
import re
import sys

from fwgen.checkout import ROOT, write_made
from fwgen.guard import guarded
from fwgen.scenario.load import BUNDLED, bundled_names
from fwgen.scenario.steps import STEPS, Step
from fwgen.spec.parts import fields_of

_PAGE = "docs/scenarios.md"
_BEGIN = "<!-- written by `python -m fwgen.scenario` from fwgen/scenario/{} -->\n"
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


def scenarios_table() -> str:
    """Return the table of all bundled scenarios: the first sentence of each file."""
    rows = ["| `fwgen run` | what happens |\n|---|---|\n"]
    rows += [f"| `{name}` | {_first_sentence(name)} |\n" for name in bundled_names()]
    return "".join(rows)


def _first_sentence(scenario: str) -> str:
    lines = (BUNDLED / f"{scenario}.yaml").read_text(encoding="utf-8").splitlines()
    comment = itertools.takewhile(lambda line: line.startswith("#"), lines)
    text = " ".join(line.removeprefix("#").strip() for line in comment)
    return re.split(r"(?<=\.) ", text)[0]


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
    for source, table in (("steps", steps_table()), ("bundled", scenarios_table())):
        begin = re.escape(_BEGIN.format(source))
        marked = re.compile(f"(?<={begin}).*?(?={re.escape(_END)})", re.S)
        page = marked.sub(lambda _, table=table: f"\n{table}\n", page)  # type: ignore[misc]
    return {_PAGE: page}


if __name__ == "__main__":
    sys.exit(guarded(lambda: write_made(generated_files())))
