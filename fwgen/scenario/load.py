"""From a file, or the name of a bundled one, to a Scenario or to everything wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from fwgen.distribution import UPGRADE
from fwgen.errors import InputError
from fwgen.files import STDIN
from fwgen.scenario.expect import Expect, Expectation
from fwgen.scenario.model import FORMAT, Scenario, check_steps
from fwgen.spec.diagnostics import DiagnosticErrors, Findings, Rejected, quote, suggest
from fwgen.spec.document import Document, load_document, parse_document
from fwgen.spec.parts import read_part
from fwgen.spec.quantity import show

BUNDLED = Path(__file__).parent / "bundled"


class ScenarioErrors(DiagnosticErrors):
    """A scenario that cannot be used."""


def bundled_names() -> list[str]:
    return sorted(path.stem for path in BUNDLED.glob("*.yaml"))


def find_scenario(text: str) -> Path:
    """The file that a user means: a path (`-`: standard input), or a bundled name. Raises
    InputError."""
    path, names = Path(text), bundled_names()
    if text == STDIN or _answers(path.is_file):
        return path
    if text in names:  # also where a folder has that name, as after `--report night`
        return BUNDLED / f"{text}.yaml"
    if _answers(path.exists):
        return path  # reading it says what is wrong with it
    near = suggest(path.stem, names)
    hint = f"did you mean the bundled `{near}`?" if near else f"bundled: {', '.join(names)}"
    raise InputError(f"there is no scenario {quote(text, 200)}, as a file or bundled\nhelp: {hint}")


def _answers(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except OSError:  # a name that is too long, say
        return False


def load_scenario(path: str | Path) -> Scenario:
    """Read a scenario; raises ScenarioErrors with every diagnostic that can be given."""
    findings = Findings()
    try:
        return _read(load_document(path, findings), findings)
    except Rejected:
        raise ScenarioErrors(findings.diagnostics) from None


def parse_scenario(text: str, file: str = "<text>") -> Scenario:
    """Like load_scenario, from a text; `file` is what positions name and files lie beside."""
    findings = Findings()
    try:
        return _read(parse_document(text, file, findings), findings)
    except Rejected:
        raise ScenarioErrors(findings.diagnostics) from None


def parse_expectations(text: str, file: str = "<text>") -> tuple[Expectation, ...]:
    """What stands behind a scenario's `expect`, of a run whose steps are not written anywhere."""
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
    return scenario


def _check(scenario: Scenario, document: Document, findings: Findings) -> None:
    """What is wrong with values together; raises Rejected where one could not be read."""
    places = [document.where("steps", index, "do") for index in range(len(scenario.steps))]
    check_steps(scenario, places, findings)
    _check_reach(scenario, document, findings)


def _check_reach(scenario: Scenario, document: Document, findings: Findings) -> None:
    """A bound that no run of this scenario can reach: Linux sleeps as often as it is suspended."""
    suspends = sum(step.do == "suspend" for _, step in scenario.timeline())
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
    """Stops at once at what is no scenario or a newer one."""
    root = document.root
    node = root.child("fwgen-scenario")
    if node is None and root.child("fwgen") is not None:
        position = document.where("fwgen", key=True)
        hint = "a scenario starts with `fwgen-scenario: 1`; name the spec with `--spec`"
        findings.error("not-a-scenario", "this file is a spec, not a scenario", position, hint)
        raise Rejected
    if node is None:
        hint = f"add `fwgen-scenario: {FORMAT}`"
        message = "the file has no `fwgen-scenario`"
        findings.error("missing-key", message, root.position, hint)
    elif node.shape == "text" and node.text.isdecimal() and int(node.text[:9]) > FORMAT:
        node.reject(
            findings,
            "newer-format",
            f"format {quote(node.text)} is newer than this fwgen, which reads {FORMAT}",
            f"upgrade: `{UPGRADE}`",
        )
