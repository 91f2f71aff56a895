"""The commands in README.md do what it says. `...` in an expected output stands for anything."""

import re
import subprocess
import sys
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path

README = (Path(__file__).parents[2] / "README.md").read_text()
EXIT_CODE = re.compile(r"  # exit code (\d)$")


def sessions() -> list[tuple[str, str]]:
    """(command, expected output) of all `console` blocks, in order."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    pieces = "".join(blocks).split("$ ")[1:]
    return [(command, output) for command, _, output in (p.partition("\n") for p in pieces)]


def test_every_command_shows_what_the_readme_shows(tmp_path: Path) -> None:
    assert sessions()
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    for command, expected in sessions():
        done = subprocess.run(
            EXIT_CODE.sub("", command),
            shell=True,
            cwd=tmp_path,
            env={"PATH": path, "LC_ALL": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        code = EXIT_CODE.search(command)
        assert done.returncode == (int(code[1]) if code else 0), f"{command}\n{done.stdout}"
        fits = OutputChecker().check_output(expected, done.stdout, ELLIPSIS)
        assert fits, f"$ {command}\n{done.stdout}"


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) - {"test"} <= targets
