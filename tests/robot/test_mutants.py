"""Wrong firmwares: each fits the present sources, names an existing test, and is in the docs.

robot/wrong_firmwares.robot builds them and shows that each is caught."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fwgen.errors import InputError
from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.robot.mutants import Change, Mutant, load_mutant, load_mutants, table
from fwgen.spec import load_spec
from fwgen.spec.examples import reference_spec

ROOT = Path(__file__).parents[2]
MUTANTS = load_mutants(ROOT / "robot" / "mutants")
APP = render(plan_spec(load_spec(reference_spec())))


def test_there_are_enough() -> None:
    assert len(MUTANTS) >= 8


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_fits_the_sources(mutant: Mutant) -> None:
    for name, text in mutant.sources(APP).items():
        assert text.encode() != APP[name]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_names_an_existing_test(mutant: Mutant) -> None:
    suite = (ROOT / "robot" / mutant.suite).read_text(encoding="utf-8")
    assert re.search(f"^{re.escape(mutant.test)}$", suite, re.MULTILINE)
    re.compile(mutant.reason)


def test_the_suite_names_all() -> None:
    suite = (ROOT / "robot" / "wrong_firmwares.robot").read_text(encoding="utf-8")
    cases = suite.partition("*** Test Cases ***")[2]
    assert re.findall(r"^    ([\w-]+)$", cases, re.MULTILINE) == [m.name for m in MUTANTS]


def test_the_table_in_the_docs_is_current() -> None:
    written = (ROOT / "docs" / "mutants.md").read_text(encoding="utf-8")
    assert written == table(MUTANTS), "python -m fwgen.robot.mutation --table > docs/mutants.md"


def test_a_fault_that_no_longer_fits_is_an_error() -> None:
    change = Change("src/main.c", "no such line", "")
    with pytest.raises(InputError, match=r"once in src/main\.c, found it 0 times"):
        Mutant("old", "", "", "", "", (change,)).sources(APP)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = " + "[" * 5000, r"own\.toml:1:104: .* nested too deeply"),
        ("a = \n", r"own\.toml:1:5: invalid value"),
        ("a = 1\n", r"own\.toml: expected a fault: `title`"),
        ('title = ""\nsuite = ""\ntest = ""\nreason = ""\nchange = 1\n', "expected a fault"),
    ],
    ids=["deep", "syntax", "missing", "no-change"],
)
def test_a_file_that_is_no_fault_is_an_error(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=says):
        load_mutant(tmp_path / "own.toml")


def test_a_fault_of_an_unknown_file_is_an_error() -> None:
    change = Change("src/mian.c", "x", "y")
    with pytest.raises(InputError, match=r"no file `src/mian\.c`\nhelp: did you mean `src/main"):
        Mutant("old", "", "", "", "", (change,)).sources(APP)


def test_two_changes_apply_to_one_file() -> None:
    changes = (Change("src/main.c", "int main(void)", "int one"), Change("src/main.c", "one", "x"))
    app = {"src/main.c": b"int main(void)"}
    assert Mutant("two", "", "", "", "", changes).sources(app) == {"src/main.c": "int x"}
