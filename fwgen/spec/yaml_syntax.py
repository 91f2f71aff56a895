"""Parse YAML text to ruamel's node graph, and explain YAML's own errors to the user."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from fwgen.spec.diagnostics import Findings, Position, Rejected, quote

_HELP = "`fwgen init -` prints a spec to compare with"
_NO_SPACE = re.compile(r"\s*(?:- )?([A-Za-z][\w-]*):([^\s:/]\S*)\s*(?:#.*)?")


def compose(text: str, file: str, findings: Findings) -> Any:
    """Return the root node, None for a document without content; raises Rejected."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        _add_marked(error, text.splitlines(), file, findings)
    except ReaderError as error:
        _add_character(error, text, file, findings)
    except RecursionError:
        message = "brackets or lists are nested too deeply"
        hint = "specs and scenarios need only a few levels"
        findings.error("yaml-nesting", message, Position(file), hint)
    except (
        YAMLError,
        ValueError,
        AttributeError,
        TypeError,
        LookupError,
        AssertionError,
        NotImplementedError,
    ) as error:
        # ruamel lets some of Python's own errors through on malformed text.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        findings.error("yaml-syntax", f"invalid YAML: {reason}", Position(file), _HELP)
    raise Rejected


@dataclass(frozen=True)
class _Place:
    line: int
    column: int

    def position(self, lines: list[str], file: str, length: int = 1) -> Position:
        shown = lines[self.line] if self.line < len(lines) else ""
        return Position(file, self.line + 1, self.column + 1, length, shown)


@dataclass(frozen=True)
class _Trouble:
    """ruamel's error. `at`: where the problem is; `began`: where the construct begins."""

    problem: str
    context: str
    at: _Place
    began: _Place
    lines: list[str]

    def line(self, number: int) -> str:
        return self.lines[number] if 0 <= number < len(self.lines) else ""


def _add_marked(error: MarkedYAMLError, lines: list[str], file: str, findings: Findings) -> None:
    mark = error.problem_mark or error.context_mark
    at = _Place(mark.line, mark.column) if mark else _Place(0, 0)
    context = error.context_mark
    began = _Place(context.line, context.column) if context else at
    trouble = _Trouble(str(error.problem or ""), str(error.context or ""), at, began, lines)
    rule = "yaml-documents" if "another document" in trouble.problem else "yaml-syntax"
    sentence, hint, place = _explain(trouble)
    findings.error(rule, sentence, place.position(lines, file), hint)


def _explain(trouble: _Trouble) -> tuple[str, str, _Place]:
    """Return sentence, hint, and the place to show."""
    problem, context, at = trouble.problem, trouble.context, trouble.at
    if "another document" in problem:
        hint = "keep one document per file (one `---`)"
        return "expected one document, found a second", hint, at
    if r"'\t'" in problem:
        return "expected spaces, found a tab", "indent with spaces", at
    if "cannot start any token" in problem:
        character = problem.split("'")[1] if "'" in problem else "?"
        return f"`{character}` cannot start a value", "put the value in quotes", at
    if "undefined alias" in problem:
        name = problem.split("'")[1] if "'" in problem else "?"
        hint = f"define the anchor `&{name}` before it, or put a text with `*` in quotes"
        return f"the alias `*{name}` is not defined", hint, at
    if "unexpected end of stream" in problem and "quoted" in context:
        return "this quote is never closed", "add the closing quote", trouble.began
    if "flow sequence" in context or "flow mapping" in context:
        return _explain_brackets(trouble)
    if "mapping values are not allowed" in problem or "could not find expected ':'" in problem:
        return _explain_colon(trouble)
    if "expected <block end>" in problem or "expected '<document start>'" in problem:
        hint = "indent the keys of a section equally; put a value that contains quotes in quotes"
        return "this line does not continue what is before it", hint, at
    if "expected the node content" in problem:
        found = problem.rsplit("found ", 1)[-1].strip("'")
        return f"expected a value, found `{found}`", "write a value, or put it in quotes", at
    if "sequence entries are not allowed" in problem:
        hint = "write each item of a list on its own line, below the key"
        return "a list item (`- `) is not allowed here", hint, at
    return f"invalid YAML: {problem}", _HELP, at


def _explain_brackets(trouble: _Trouble) -> tuple[str, str, _Place]:
    opening, closing = "[]" if "sequence" in trouble.context else "{}"
    ended = "stream end" in trouble.problem or "block" in trouble.problem
    if ended or trouble.at.line > trouble.began.line:
        hint = f"add the `{closing}`, or a comma between two values"
        return f"this `{opening}` is never closed", hint, trouble.began
    hint = f"separate values with commas, close with `{closing}`, put text with brackets in quotes"
    return f"expected a comma or `{closing}`", hint, trouble.at


def _explain_colon(trouble: _Trouble) -> tuple[str, str, _Place]:
    for number in (trouble.began.line, trouble.at.line, trouble.at.line - 1):
        glued = _NO_SPACE.fullmatch(trouble.line(number))
        if glued:
            hint = f"write `{glued[1]}: {glued[2]}`"
            return "the space after `:` is missing", hint, _Place(number, glued.end(1))
    if "could not find" in trouble.problem:
        return "this line has no `:`", "write `key: value`", trouble.began
    before = trouble.line(trouble.at.line)[: trouble.at.column]
    if ": " in before:
        hint = "put a value that contains `: ` in quotes, or start a new line"
        return "expected one `:` on the line, found a second", hint, trouble.at
    start = len(before) - len(before.lstrip())
    hint = "indent the keys of a section equally; a key with keys below it has no value"
    return "a key is not allowed here", hint, _Place(trouble.at.line, start)


def _add_character(error: ReaderError, text: str, file: str, findings: Findings) -> None:
    offset = int(error.position)
    lines = text[:offset].splitlines() or [""]
    if text[:offset].endswith(("\n", "\r")):
        lines.append("")
    place = _Place(len(lines) - 1, len(lines[-1]))
    character = text[offset] if offset < len(text) else "?"
    findings.error(
        "file-binary",
        f"expected text, found the control character {quote(character)}",
        place.position(text.splitlines(), file),
        "fwgen reads YAML text: is this the right file?",
    )
