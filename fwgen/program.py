"""A command-line program with one module a command, which is imported only if it is called.

The parser is argparse's, with errors that say how to fix them.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NoReturn

from fwgen import __version__
from fwgen.errors import FwgenError, InputError
from fwgen.guard import guarded
from fwgen.output import print_json
from fwgen.words import did_you_mean, quote, suggest

ERROR_FORMAT: Final = 1

_CHOICE = re.compile(r"argument (\S+): invalid choice: (.+) \(choose from (.+)\)", re.DOTALL)


class Parser(argparse.ArgumentParser):
    """Raises InputError instead of ending the process."""

    _words: Sequence[str] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.allow_abbrev = False
        self.register("type", Path, _path)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        self._words = list(args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Report an unknown option first: it is often the misspelt form of a missing one."""
        if any(self.knows_not(word) for word in self._words):
            self.refuse(self._words)
        usage = f"`{self.prog} --help` shows the usage"
        choice = _CHOICE.fullmatch(message)
        if choice:
            name, written = choice[1], choice[2].strip("'\"")
            known = [word.strip().strip("'\"") for word in choice[3].split(",")]
            hint = did_you_mean(written, known, "one of")
            raise InputError(f"{name}: unknown value {quote(written)}", hint)
        text = message.removeprefix("argument ")
        text = re.sub(r"ignored explicit argument '(.*)'", r"expected no value, found `\1`", text)
        text = text.replace("the following arguments are required", "missing argument")
        raise InputError(text, usage)

    def refuse(self, words: Sequence[str]) -> NoReturn:
        """Raise InputError for words that the parser could not use."""
        option = next((word.partition("=")[0] for word in words if self.knows_not(word)), "")
        if option:
            near = suggest(option, self._long())
            hint = f"did you mean `{near}`?" if near else f"`{self.prog} --help` lists them"
            raise InputError(f"`{self.prog}` has no option {quote(option)}", hint)
        if words[0].startswith("--"):
            hint = f"write it after the command: `{self.prog} ... {words[0]}`"
            raise InputError(f"{quote(words[0])} is in the wrong place", hint)
        places = [str(a.metavar or a.dest) for a in self._actions if not a.option_strings]
        raise InputError(
            f"unexpected argument {quote(words[0])}: expected `{' '.join([self.prog, *places])}`",
            "remove it, or put a name that contains spaces in quotes",
        )

    def knows_not(self, word: str) -> bool:
        """Return whether the word has the form of an option that does not exist."""
        if not word.startswith("-") or word in ("-", "--"):
            return False
        if word[1] != "-":  # -o FILE, -oFILE, -vq, -5
            return word[:2] not in self._option_string_actions and not word[1].isdigit()
        name = word.partition("=")[0]
        return name not in self._long()

    def _long(self) -> list[str]:
        return [name for name in self._option_string_actions if name.startswith("--")]


def _path(text: str) -> Path:
    """Return the path; reject an empty name, which Path would take for the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("expected a name, found an empty text")
    return Path(text)


@dataclass(frozen=True)
class Program:
    """`commands`: name -> one line of help. A command's module is `package`.`name`."""

    name: str
    description: str
    package: str
    commands: Mapping[str, str]

    def main(self, argv: Sequence[str] | None = None) -> int:
        """Run one command; return its exit code."""
        call = _Call(self, list(sys.argv[1:] if argv is None else argv))
        return guarded(call.run, call.print_error_as_json)

    def parser(self, commands: Sequence[str] | None = None) -> Parser:
        """Return the parser of the command line. Only `commands` (None: all) get their arguments,
        so that the other commands' modules are not imported."""
        whole = Parser(prog=self.name, description=self.description)
        whole.add_argument("--version", action="version", version=f"{self.name} {__version__}")
        whole.set_defaults(parser=whole)
        each = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
        for name, text in self.commands.items():
            command = each.add_parser(name, help=text, description=text)
            command.set_defaults(parser=command)
            if commands is None or name in commands:
                self.module(name).add_arguments(command)
        return whole

    def module(self, command: str) -> ModuleType:
        return importlib.import_module(f"{self.package}.{command}")


class _Call:
    """One call of a program."""

    def __init__(self, program: Program, words: list[str]) -> None:
        self._program = program
        if words[:1] == ["help"]:
            words = [*words[1:2], "--help"]
        self._words = words
        self._command = next((word for word in words if not word.startswith("-")), "")
        self._module: ModuleType | None = None
        self._options: Any = None

    def run(self) -> int:
        if not self._words:
            self._program.parser(()).print_help()
            return 0
        if self._command and self._command not in self._program.commands:
            self._refuse_option()
            self._refuse_command()
        whole = self._program.parser([self._command])
        self._options, rest = whole.parse_known_args(self._words)
        if rest:
            self._options.parser.refuse(rest)
        self._module = self._program.module(self._command)
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

    def _refuse_option(self) -> None:
        """Raise InputError if the word that is no command is the value of an unknown option."""
        before = self._words[: self._words.index(self._command)]
        parser = self._program.parser(())
        options = [word for word in before if parser.knows_not(word)]
        command = next((word for word in self._words if word in self._program.commands), "")
        if options and command:
            parser = Parser(prog=f"{self._program.name} {command}")
            self._program.module(command).add_arguments(parser)
        if options:
            parser.refuse(options)

    def _refuse_command(self) -> None:
        name, commands = self._program.name, self._program.commands
        near = suggest(self._command, (*commands, "help"))
        hint = f"did you mean `{name} {near}`?" if near else f"commands: {', '.join(commands)}"
        raise InputError(f"unknown command {quote(self._command)}", hint)
