"""The command line: what is misspelt, and what is completed."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fwgen.cli.arguments import COMMANDS, PROGRAM
from fwgen.cli.main import main


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            ["chek", "x.yaml"],
            ["error: unknown command `chek`", "help: did you mean `fwgen check`?"],
        ),
        (
            ["zzzzz"],
            ["error: unknown command `zzzzz`", f"help: commands: {', '.join(COMMANDS)}"],
        ),
        (
            ["run", "night", "--sede", "3"],
            ["error: `fwgen run` has no option `--sede`", "help: did you mean `--seed`?"],
        ),
        (
            ["audit", "x.elf", "--spce=x.yaml"],  # not: `--spec` is missing
            ["error: `fwgen audit` has no option `--spce`", "help: did you mean `--spec`?"],
        ),
        (
            ["run", "night", "--backend", "hots"],
            ["error: --backend: unknown value `hots`", "help: did you mean `host`?"],
        ),
        (
            ["check", "my", "spec.yaml"],
            [
                "error: unexpected argument `spec.yaml`: expected `fwgen check SPEC`",
                "help: remove it, or put a name that contains spaces in quotes",
            ],
        ),
        (
            ["check", "--jso", "x.yaml"],
            ["error: `fwgen check` has no option `--jso`", "help: did you mean `--json`?"],
        ),
        (
            ["--versio"],
            ["error: `fwgen` has no option `--versio`", "help: did you mean `--version`?"],
        ),
        (
            ["--bogus", "x", "check", "a.yaml"],
            [
                "error: `fwgen check` has no option `--bogus`",
                "help: `fwgen check --help` lists them",
            ],
        ),
        (
            ["--trees", "x", "board", "check"],
            [
                "error: `--trees` is in the wrong place",
                "help: write it after the command: `fwgen board ... --trees`",
            ],
        ),
        (
            ["--bogus", "x"],
            ["error: `fwgen` has no option `--bogus`", "help: `fwgen --help` lists them"],
        ),
        (
            ["completion", "tcsh"],
            ["error: SHELL: unknown value `tcsh`", "help: one of: `bash`, `zsh`, `fish`"],
        ),
        (["hlep"], ["error: unknown command `hlep`", "help: did you mean `fwgen help`?"]),
        (
            ["--seed", "run", "minute"],
            [
                "error: `--seed` is in the wrong place",
                "help: write it after the command: `fwgen run ... --seed`",
            ],
        ),
        (
            ["check"],
            ["error: missing argument: SPEC", "help: `fwgen check --help` shows the usage"],
        ),
    ],
)
def test_a_slip_is_told_with_the_way_out(
    words: list[str], lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == lines


@pytest.mark.parametrize("words", [[], ["--help"], ["help"]])
def test_alone_it_shows_its_commands(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    if words:
        with pytest.raises(SystemExit) as caught:
            main(words)
        assert caught.value.code == 0
    else:
        assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for name in COMMANDS:
        assert f"\n    {name}" in out


def test_every_command_says_what_the_list_says_of_it() -> None:
    import importlib

    for name, text in COMMANDS.items():
        assert text == importlib.import_module(f"fwgen.cli.{name}").HELP


@pytest.mark.parametrize(
    "words", [["check", "--jsn", "--json"], ["run", "--json"], ["nix", "--json"]]
)
def test_a_bad_call_with_json_gives_one_document(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["fwgen-error"] == 1
    assert document["exit_code"] == 2
    assert document["message"] and document["hint"]


def completed(shell: str, folder: Path, words: list[str]) -> list[str]:
    """What the shell offers for the last word."""
    script = folder / f"fwgen.{shell}"
    done = subprocess.run(
        [sys.executable, "-m", "fwgen", "completion", shell], capture_output=True, check=True
    )
    script.write_bytes(done.stdout)
    if shell == "fish":
        program = f"source {script}; complete -C '{' '.join(words)}'"
        command = ["fish", "--no-config", "-c", program]
    else:
        line = " ".join(f"'{word}'" for word in words)
        program = (
            f"source {script}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
            "_shtab_fwgen; printf '%s\\n' \"${COMPREPLY[@]}\""
        )
        command = ["bash", "--norc", "-c", program]
    shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert not shown.stderr
    return [line.partition("\t")[0].strip() for line in shown.stdout.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_the_shell_completes_commands_options_files_and_scenarios(
    shell: str, tmp_path: Path
) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed (apt-get install {shell})")
    (tmp_path / "node.yaml").touch()
    assert completed(shell, tmp_path, ["fwgen", "che"]) == ["check"]
    assert "--seed" in completed(shell, tmp_path, ["fwgen", "run", "--se"])
    assert completed(shell, tmp_path, ["fwgen", "check", "no"]) == ["node.yaml"]
    assert set(completed(shell, tmp_path, ["fwgen", "run", "n"])) >= {"node.yaml", "night"}
    assert completed(shell, tmp_path, ["fwgen", "run", "night", "--backend", "r"]) == ["renode"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_parses_where_the_shell_is(shell: str, tmp_path: Path) -> None:
    path = tmp_path / "script"
    done = subprocess.run(
        [sys.executable, "-m", "fwgen", "completion", shell], capture_output=True, check=True
    )
    path.write_bytes(done.stdout)
    for name in COMMANDS:
        assert name.encode() in done.stdout
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed (apt-get install {shell})")
    shown = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stderr) == (0, "")


def test_no_command_has_an_argument_that_completes_nothing() -> None:
    """Every place for a file says so."""
    from fwgen.cli.completion import kinds_of_files

    whole = PROGRAM.parser()
    known = kinds_of_files()
    (commands,) = (a for a in whole._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        for action in command._actions:
            if action.type is Path:
                assert action.metavar in known, f"{name} {action.metavar}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "--json=yes", "x.yaml"], "--json: expected no value, found `yes`"),
        (["--json", "check", "x.yaml"], "`--json` is in the wrong place"),
    ],
)
def test_a_wrong_use_of_json_is_an_error_in_json(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    document = json.loads(capsys.readouterr().out)
    assert (document["exit_code"], document["message"]) == (2, message)
