"""The `fwgen` command. Each command has its own module, which is imported only if it is called."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from fwgen.cli.arguments import COMMANDS, parser
from fwgen.cli.output import print_json
from fwgen.errors import FwgenError, InputError
from fwgen.guard import guarded
from fwgen.words import quote, suggest

ERROR_FORMAT = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (see the README)."""
    call = _Call(list(sys.argv[1:] if argv is None else argv))
    return guarded(call.run, call.print_error_as_json)


class _Call:
    """One call of the `fwgen` command."""

    def __init__(self, words: list[str]) -> None:
        if words[:1] == ["help"]:
            words = [*words[1:2], "--help"]
        self._words = words
        self._command = next((word for word in words if not word.startswith("-")), "")
        self._module: ModuleType | None = None
        self._options: Any = None

    def run(self) -> int:
        if not self._words:
            parser(()).print_help()
            return 0
        if self._command and self._command not in COMMANDS:
            self._refuse_command()
        whole = parser([self._command])
        self._options, rest = whole.parse_known_args(self._words)
        if rest:
            self._options.parser.refuse(rest)
        self._module = importlib.import_module(f"fwgen.cli.{self._command}")
        return int(self._module.run(self._options))

    def print_error_as_json(self, error: FwgenError) -> None:
        """With `--json`, print the error as the only document on stdout."""
        if not any(word.partition("=")[0] == "--json" for word in self._words):
            return
        own = getattr(self._module, "error_document", None)
        document = own(self._options, error) if own else None
        if document is None:
            found = getattr(error, "diagnostics", [])
            document = {
                "fwgen-error": ERROR_FORMAT,
                "command": self._command,
                "exit_code": error.exit_code,
                "message": str(error) if found else error.message,
                "hint": error.hint,
                "diagnostics": [diagnostic.to_json() for diagnostic in found],
            }
        print_json(document)

    def _refuse_command(self) -> None:
        near = suggest(self._command, (*COMMANDS, "help"))
        hint = f"did you mean `fwgen {near}`?" if near else f"commands: {', '.join(COMMANDS)}"
        raise InputError(f"unknown command {quote(self._command)}", hint)


if __name__ == "__main__":
    sys.exit(main())
