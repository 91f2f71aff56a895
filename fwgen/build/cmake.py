"""Zephyr's build system driven: CMake once, then ninja, with their progress and their errors."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TextIO

from fwgen.errors import ToolBrokeError

_KEY_FILE = "fwgen-configured.json"
_STATUS = "[%f/%t] "
_PROGRESS = re.compile(r"\[(\d+)/(\d+)\] (.*)")
_COMPILED = re.compile(r"Building \w+ object (\S+)")
_TOLD = re.compile(r"(?P<file>[^\s:][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? (?:fatal )?error: ")
_REGION = re.compile(r"section `[^']*' will not fit in region|region `[^']*' overflowed by")
_MOST_LINES = 60


class CompileError(ToolBrokeError):
    """The build failed; the text shows why. `output`: all that the tool said."""

    def __init__(self, message: str, output: str) -> None:
        super().__init__(message)
        self.output = output


@dataclass
class Progress:
    """Where progress goes: one line that is overwritten on a terminal, else a line a step."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    quiet: bool = False

    def __post_init__(self) -> None:
        self._live = self.stream.isatty()
        self._open = False

    def step(self, text: str) -> None:
        """A step that the next one replaces."""
        if self.quiet:
            return
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            self.stream.write(f"\r\x1b[K{text[:width]}")
            self._open = True
        else:
            self.stream.write(f"{text}\n")
        self.stream.flush()

    def say(self, text: str) -> None:
        """A line that stays."""
        if self.quiet:
            return
        if self._open:
            self.stream.write("\r\x1b[K")
            self._open = False
        self.stream.write(f"{text}\n")
        self.stream.flush()

    def done(self) -> None:
        if self._open:
            self.stream.write("\r\x1b[K")
            self._open = False
            self.stream.flush()


@dataclass(frozen=True)
class Ran:
    """What a run of ninja did. `compiled`: the objects that it built anew."""

    steps: int
    compiled: tuple[str, ...]


class Tree:
    """A build folder. `arguments` are CMake's; a folder made with others is made anew."""

    def __init__(
        self,
        folder: Path,
        arguments: Iterable[str],
        environment: Mapping[str, str],
        progress: Progress,
    ) -> None:
        self.folder = folder
        self._arguments = list(arguments)
        self._environment = dict(environment)
        self._progress = progress

    @property
    def _key(self) -> str:
        tools = {k: v for k, v in self._environment.items() if k.startswith(("ZEPHYR", "GNUARM"))}
        tools["CROSS_COMPILE"] = self._environment.get("CROSS_COMPILE", "")
        text = json.dumps([str(self.folder), self._arguments, sorted(tools.items())])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def configured(self) -> bool:
        try:
            key = json.loads((self.folder / _KEY_FILE).read_text(encoding="utf-8"))["key"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return key == self._key and (self.folder / "build.ninja").is_file()

    def configure(self, source: Path) -> None:
        """Run CMake, if it has not run with these arguments. Raises CompileError."""
        if self.configured:
            return
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self._progress.step("configuring with CMake ...")
        command = ["cmake", "-GNinja", "-S", str(source), "-B", str(self.folder), *self._arguments]
        status, output = self._run(command, lambda line: None)
        if status:
            self._progress.done()
            raise CompileError(_cmake_failed(output), output)
        (self.folder / _KEY_FILE).write_text(json.dumps({"key": self._key}), encoding="utf-8")

    def build(self, verbose: bool = False) -> Ran:
        """Run ninja. Compilers' warnings are passed on. Raises CompileError."""
        steps: list[str] = [""]

        def follow(line: str) -> None:
            found = _PROGRESS.match(line)
            if found and int(found[1]):
                steps.append(found[3])
                self._progress.step(line)
            elif line.startswith("FAILED: "):
                steps.append("")  # what follows is told with the error
            elif _COMPILED.search(steps[-1]) and not line.startswith("ninja: "):
                self._progress.say(line)

        command = ["ninja", "-C", str(self.folder), *(["-v"] if verbose else [])]
        status, output = self._run(command, follow)
        self._progress.done()
        if status:
            raise CompileError(_ninja_failed(output), output)
        compiled = [found[1] for step in steps if (found := _COMPILED.search(step))]
        return Ran(sum(map(bool, steps)), tuple(compiled))

    def _run(self, command: list[str], follow: Callable[[str], None]) -> tuple[int, str]:
        program = shutil.which(command[0], path=self._environment.get("PATH")) or command[0]
        try:
            process = subprocess.Popen(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env={**self._environment, "NINJA_STATUS": _STATUS},
            )
        except OSError as error:
            raise ToolBrokeError(f"{command[0]} does not start: {error.strerror}") from error
        assert process.stdout is not None
        try:
            output = _collect(process.stdout, follow)
            return process.wait(), output
        except BaseException:
            process.terminate()
            process.wait()
            raise


def _collect(stream: IO[str], follow: Callable[[str], None]) -> str:
    lines = []
    for line in stream:
        lines.append(line)
        follow(line.rstrip("\n"))
    return "".join(lines)


def _cmake_failed(output: str) -> str:
    """CMake's own errors, without the pages before them."""
    lines = output.splitlines()
    marks = ("CMake Error", "error:", "devicetree error", "Kconfig", "warning: ")
    first = next(
        (i for i, line in enumerate(lines) if line.startswith(marks[0]) or marks[1] in line),
        max(0, len(lines) - 20),
    )
    before = [line for line in lines[:first] if line.startswith(marks[2:])][-10:]
    shown = "\n".join([*before, *lines[first : first + _MOST_LINES]]).strip()
    return f"CMake could not configure the application:\n{shown}"


def _ninja_failed(output: str) -> str:
    """What the compiler or the linker said, the failed steps alone."""
    shown: list[str] = []
    places: list[str] = []
    taking = False
    for line in output.splitlines():
        if line.startswith("FAILED: "):
            taking, skip = True, True
            continue
        if taking and skip:  # the command line, as long as a page
            skip = False
            continue
        if line.startswith("ninja: ") or _PROGRESS.match(line):
            taking = False
        if taking:
            shown.append(line)
            if found := _TOLD.match(line):
                places.append(f"{found['file']}:{found['line']}")
    if not shown:
        shown = output.splitlines()[-20:]
    if any(_REGION.search(line) for line in shown):
        head = "the firmware does not fit:"
    else:
        head = f"the build failed at {places[0]}:" if places else "the build failed:"
    more = len(shown) - _MOST_LINES
    rest = [f"... {more} more lines"] if more > 0 else []
    return "\n".join([head, *shown[:_MOST_LINES], *rest])
