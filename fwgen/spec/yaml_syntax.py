"""YAML text to ruamel's node graph, and YAML's own errors told in words a person can act on."""

from __future__ import annotations

import warnings
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from fwgen.spec.diagnostics import Findings, Position, Rejected, quote


def compose(text: str, file: str, findings: Findings) -> Any:
    """The root node, None for a document without content; raises Rejected."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        _add_marked(error, text, file, findings)
    except ReaderError as error:
        _add_character(error, text, file, findings)
    except RecursionError:
        findings.error(
            "yaml-nesting",
            "brackets or lists are nested too deep to be read",
            Position(file),
            "nothing that fwgen reads goes deeper than a few levels",
        )
    except (YAMLError, ValueError, AttributeError, TypeError, IndexError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        findings.error("yaml-syntax", f"this is not YAML: {reason}", Position(file), _HELP)
    raise Rejected


_HELP = "`fwgen init -` prints a spec to compare with"


def _at(text: str, file: str, line: int, column: int) -> Position:
    lines = text.splitlines()
    shown = lines[line] if line < len(lines) else ""
    return Position(file, line + 1, column + 1, 1, shown)


def _add_marked(error: MarkedYAMLError, text: str, file: str, findings: Findings) -> None:
    problem = str(error.problem or "")
    mark = error.problem_mark or error.context_mark
    rule = "yaml-syntax"
    if "another document" in problem:
        rule = "yaml-documents"
    sentence, hint, at_context = _explain(problem, str(error.context or ""))
    if at_context and error.context_mark is not None:
        mark = error.context_mark
    position = _at(text, file, mark.line, mark.column) if mark else Position(file)
    findings.error(rule, sentence, position, hint)


def _explain(problem: str, context: str) -> tuple[str, str, bool]:
    """Sentence, hint, and whether the place to show is where the construct began."""
    if "another document" in problem:
        return "a second document begins here", "keep one document a file (one `---`)", False
    if r"'\t'" in problem:
        return "a tab stands where YAML takes spaces", "indent with spaces", False
    if "cannot start any token" in problem:
        character = problem.split("'")[1] if "'" in problem else "?"
        return f"`{character}` cannot start a value", "put the value in quotes", False
    if "mapping values are not allowed" in problem:
        hint = "one `key: value` a line, at the indentation of its neighbours, a space after `:`"
        return "a `:` stands where none can be", hint, False
    if "undefined alias" in problem:
        return problem.replace("found ", "").replace("'", "`"), "define it before with `&`", False
    if "flow sequence" in context or "flow mapping" in context:
        bracket = "[" if "sequence" in context else "{"
        closing = "]" if bracket == "[" else "}"
        if "stream end" in problem or "block" in problem:
            return f"this `{bracket}` is never closed", f"add the `{closing}`", True
        hint = f"close it with `{closing}`, separate what is in it with commas"
        return f"inside `{bracket} {closing}`: {problem}", hint, False
    if "unexpected end of stream" in problem and "quoted" in context:
        return "this quote is never closed", "add the closing quote", True
    if "could not find expected ':'" in problem:
        return "this line has no `:`", "write `key: value`", True
    if "expected <block end>" in problem:
        hint = "give the keys of one section the same indentation; quote a value with quotes in it"
        return "this does not belong to what stands before it", hint, False
    return f"this is not YAML: {problem}", _HELP, False


def _add_character(error: ReaderError, text: str, file: str, findings: Findings) -> None:
    offset = int(error.position)
    line = text.count("\n", 0, offset)
    column = offset - (text.rfind("\n", 0, offset) + 1)
    character = text[offset] if offset < len(text) else "?"
    findings.error(
        "file-binary",
        f"the control character {quote(character)} is not text",
        _at(text, file, line, column),
        "fwgen reads YAML text: is this the right file?",
    )
