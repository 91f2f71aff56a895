"""The parser of the command line: argparse, with errors that say how to fix them."""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from fwgen import __version__
from fwgen.errors import InputError
from fwgen.words import did_you_mean, quote, suggest

# name -> one-line help; the module is fwgen.cli.<name>
COMMANDS = {
    "init": "write a commented spec to start from, or a whole project",
    "check": "check a spec and show its memory map and endurance",
    "generate": "write the Zephyr application and the Linux and OP-TEE fragments",
    "build": "generate, build with west and audit the ELF",
    "audit": "audit an ELF against a spec's plan",
    "verify": "check compiled Linux and OP-TEE trees and an ELF against a spec",
    "run": "run a scenario and report whether every sample arrived",
    "demo": "check, generate and run the bundled example",
    "setup": "install Zephyr, its toolchain and Renode from their official sources",
    "doctor": "show what is installed, what is missing and how to install it",
    "monitor": "run and debug the firmware interactively on the emulated board",
    "schema": "print the JSON Schema of the spec",
    "completion": "print a script that completes fwgen's commands and options in a shell",
}

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
        if any(self._unknown(word) for word in self._words):
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
        option = next((word.partition("=")[0] for word in words if self._unknown(word)), "")
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

    def _unknown(self, word: str) -> bool:
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


def parser(commands: Sequence[str] = tuple(COMMANDS)) -> Parser:
    """Return the parser of the command line. Only `commands` get their arguments, so that the other
    commands' modules are not imported."""
    whole = Parser(prog="fwgen", description=sys.modules["fwgen"].__doc__)
    whole.add_argument("--version", action="version", version=f"fwgen {__version__}")
    whole.set_defaults(parser=whole)
    each = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        command = each.add_parser(name, help=text, description=text)
        command.set_defaults(parser=command)
        if name in commands:
            importlib.import_module(f"fwgen.cli.{name}").add_arguments(command)
    return whole
