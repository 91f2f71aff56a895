"""Loads a scenario from a file or a bundled name, or reports everything that is wrong with it."""

from __future__ import annotations

import stat
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from fwgen.distribution import UPGRADE
from fwgen.errors import InputError
from fwgen.files import STDIN
from fwgen.scenario.expect import Expect, Expectation
from fwgen.scenario.model import FORMAT, Scenario, check_steps
from fwgen.scenario.steps import STEPS, Step
from fwgen.scenario.steps.suspend import Suspend
from fwgen.spec.diagnostics import DiagnosticErrors, Findings, Rejected, quote, suggest
from fwgen.spec.document import Document, load_document, parse_document
from fwgen.spec.kinds import Schema
from fwgen.spec.parts import Variants, part_schema, read_part
from fwgen.spec.quantity import show

BUNDLED = Path(__file__).parent / "bundled"
_BEFORE_STEP: Final = "step: {at: 0 s, do: "
STEP_COLUMN: Final = len(_BEFORE_STEP) + 1
"""The column at which `parse_step` counts the first character of its text."""


class ScenarioErrors(DiagnosticErrors):
    """The scenario has errors."""


def bundled_names() -> list[str]:
    return sorted(path.stem for path in BUNDLED.glob("*.yaml"))


def find_scenario(text: str) -> Path:
    """Return the file that a user names: a path (`-`: standard input) or a bundled scenario.
    Raises InputError."""
    path, names = Path(text), bundled_names()
    if not text.strip():
        hint = f"name a file or a bundled scenario: {', '.join(names)}"
        raise InputError("SCENARIO: expected a name, found an empty text", hint)
    mode = _mode(path)
    if text == STDIN or (mode and stat.S_ISREG(mode)):
        return path
    if text in names:  # also if a folder has this name, as after `--report night`
        return BUNDLED / f"{text}.yaml"
    if mode is not None:
        return path  # reading it reports the error
    near = suggest(path.stem, names)
    hint = f"did you mean the bundled `{near}`?" if near else f"bundled: {', '.join(names)}"
    raise InputError(f"found no file and no bundled scenario {quote(text, 200)}", hint)


def _mode(path: Path) -> int | None:
    """Return the mode of a file or folder; 0 if fwgen may not look, None if it does not exist."""
    try:
        return path.stat().st_mode
    except PermissionError:
        return 0
    except OSError:  # such as a name that is too long
        return None


def load_scenario(path: str | Path) -> Scenario:
    """Return the scenario in a file. Raises ScenarioErrors with all its errors."""
    findings = Findings()
    try:
        return _read(load_document(path, findings), findings)
    except Rejected:
        raise ScenarioErrors(findings.diagnostics) from None


def parse_scenario(text: str, file: str = "<text>") -> Scenario:
    """Return the scenario in a text. Positions name `file`; relative paths start at its folder.
    Raises ScenarioErrors."""
    findings = Findings()
    try:
        return _read(parse_document(text, file, findings), findings)
    except Rejected:
        raise ScenarioErrors(findings.diagnostics) from None


def parse_step(text: str) -> Step:
    """Return a step as a person types it, without its time: `stall-linux, for: 2 s`. Raises
    ScenarioErrors; positions count in the text as a scenario has it."""
    findings = Findings()
    try:
        document = parse_document(f"{_BEFORE_STEP}{text}}}\n", "<step>", findings)
        node = document.root.child("step")
        if node is None:
            raise Rejected
        step = Variants("do", STEPS).read(node, findings)
        findings.raise_errors(ScenarioErrors)
    except Rejected:
        raise ScenarioErrors(findings.diagnostics) from None
    return step


def parse_expectations(text: str, file: str = "<text>") -> tuple[Expectation, ...]:
    """Return the expectations in the value of an `expect` key, for a run without a scenario file.
    Raises ScenarioErrors."""
    findings = Findings()
    try:
        node = parse_document(f"expect: {text}\n", file, findings).root.child("expect")
        if node is None:
            raise Rejected
        expected = Expect().read(node, findings)
        findings.raise_errors(ScenarioErrors)
    except Rejected:
        raise ScenarioErrors(findings.diagnostics) from None
    return expected


def scenario_schema() -> Schema:
    """Return the JSON Schema of a scenario as a user writes it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"fwgen scenario, format {FORMAT}",
        **part_schema(Scenario),
    }


def _read(document: Document, findings: Findings) -> Scenario:
    _check_format(document, findings)
    try:
        scenario = read_part(document.root, Scenario, findings, file=document.file)
    except Rejected as error:
        if error.partial is not None:
            with suppress(Rejected):
                _check(error.partial, document, findings)
        raise
    _check(scenario, document, findings)
    findings.raise_errors(ScenarioErrors)
    scenario._document = document
    return scenario


def _check(scenario: Scenario, document: Document, findings: Findings) -> None:
    """Check values against each other. Raises Rejected if one could not be read."""
    wheres = [partial(document.where, "steps", index) for index in range(len(scenario.steps))]
    check_steps(scenario, wheres, findings)
    _check_reach(scenario, document, findings)


def _check_reach(scenario: Scenario, document: Document, findings: Findings) -> None:
    """Report bounds that no run of this scenario can reach: Linux sleeps at most as often as the
    steps suspend it; one that suspends it `again` does so at most once a second."""
    suspends = sum(step.do in ("suspend", "foreign-suspend") for _, step in scenario.timeline())
    if any(isinstance(step, Suspend) and step.again_us for step in scenario.steps):
        suspends = scenario.until_us // 1_000_000
    for expectation in scenario.expect:
        name, least = expectation.field, expectation.least
        counts_sleeps = name in ("sleeps", "acknowledged") or name.startswith("woken_by_")
        if least is None:
            continue
        if counts_sleeps and least > suspends:
            what = f"the scenario suspends Linux {suspends} time{'s'[: suspends != 1]}"
            hint = f"write at most {suspends}, or add steps"
        elif name == "slept" and least > scenario.until_us:
            what = f"the scenario ends after {show(scenario.until_us, 'us')}"
            hint = "write a shorter sleep, or a later `until`"
        else:
            continue
        message = f"`expect.{name}` cannot be met: {what}"
        findings.error("expect-out-of-reach", message, document.where("expect", name), hint)


def _check_format(document: Document, findings: Findings) -> None:
    """Raise Rejected at once if the file is not a scenario or has a newer format."""
    root = document.root
    node = root.child("fwgen-scenario")
    if node is None and root.child("fwgen") is not None:
        position = document.where("fwgen", key=True)
        hint = "a scenario starts with `fwgen-scenario: 1`; give the spec with `--spec`"
        findings.error("not-a-scenario", "expected a scenario, found a spec", position, hint)
        raise Rejected
    if node is None:
        hint = f"add `fwgen-scenario: {FORMAT}`"
        message = "expected the key `fwgen-scenario`, found none"
        findings.error("missing-key", message, root.position, hint)
    elif node.shape == "text" and node.text.isdecimal() and int(node.text[:9]) > FORMAT:
        node.reject(
            findings,
            "newer-format",
            f"expected format {FORMAT}, found the newer format {quote(node.text)}",
            UPGRADE,
        )
