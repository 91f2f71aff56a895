"""`fwgen completion`: a script that completes commands, options, files and scenarios."""

from __future__ import annotations

import argparse
from typing import Any

HELP = "print a script that completes fwgen's commands and options in a shell"

_WHERE = {
    "bash": 'eval "$(fwgen completion bash)"  in ~/.bashrc',
    "zsh": "fwgen completion zsh > DIR/_fwgen  where DIR is in your $fpath",
    "fish": "fwgen completion fish > ~/.config/fish/completions/fwgen.fish",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=tuple(_WHERE), metavar="SHELL", help=", ".join(_WHERE))
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "To install it:\n" + "".join(f"  {line}\n" for line in _WHERE.values())


def run(args: argparse.Namespace) -> int:
    import shtab

    from fwgen.cli.arguments import PROGRAM

    whole = PROGRAM.parser()
    _add_files(whole)
    print(shtab.complete(whole, args.shell))
    return 0


def kinds_of_files() -> dict[str, dict[str, Any]]:
    """Return how the shells complete an argument, by its metavar."""
    import shtab

    file, folder = dict(shtab.FILE), dict(shtab.DIRECTORY)
    names = ("SPEC", "ELF", "FILE", "PATH")
    return {**dict.fromkeys(names, file), "DIR": folder, "SCENARIO": _scenarios(file)}


def _scenarios(file: dict[str, Any]) -> dict[str, Any]:
    """Return the completion of scenarios: the bundled ones, and files."""
    from fwgen.scenario.load import bundled_names

    names = " ".join(bundled_names())
    return {
        "bash": "_fwgen_scenarios",
        "zsh": "_fwgen_scenarios",
        "fish": f"(string split ' ' -- '{names}'; {file['fish'].strip('()')}))",
        "preamble": {
            "bash": (
                f'_fwgen_scenarios() {{\n  compgen -W \'{names}\' -- "$1"\n  compgen -f -- "$1"\n}}'
            ),
            "zsh": f"_fwgen_scenarios() {{\n  compadd {names}\n  _files\n}}",
        },
    }


def _add_files(parser: argparse.ArgumentParser) -> None:
    """Set the completion of all arguments, by their metavar."""
    known = kinds_of_files()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _add_files(command)
        elif action.metavar in known:
            action.complete = known[str(action.metavar)]  # type: ignore[attr-defined]
