"""Runs Zephyr's build system: CMake once, then ninja. Shows their progress and their errors."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

from fwgen import process
from fwgen.build.audit.finding import near
from fwgen.build.failure import Failure, cmake_failed, kconfig_warnings, ninja_failed
from fwgen.errors import InputError, ToolBrokeError

_KEY_FILE = "fwgen-configured.json"
_STATUS = "[%f/%t] "
_PROGRESS = re.compile(r"\[(\d+)/(\d+)\] (.*)")
_COMPILED = re.compile(r"Building \w+ object (\S+)")


class CompileError(ToolBrokeError):
    """The build failed; the text says why. `output`: the whole output of the tool."""

    def __init__(self, failure: Failure, output: str) -> None:
        super().__init__(failure.message, failure.hint)
        self.output = output


_EVERY_S = 10.0
_BAR = 24


class Progress:
    """Shows the progress of a build: on a terminal one changing line with a bar, elsewhere a line
    every 10 s. `each_step`: a line for every step instead."""

    def __init__(
        self,
        stream: TextIO | None = None,
        quiet: bool = False,
        title: str = "building",
        each_step: bool = False,
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._quiet = quiet
        self._title = title
        self._each_step = each_step
        self._live = self._stream.isatty()
        self._open = False
        self._written_s = time.monotonic()

    def step(self, text: str) -> None:
        """Show what is done now; on a terminal the next step replaces it."""
        if self._live and not self._quiet:
            self._change(text)
        else:
            self.say(text)

    def at(self, done: int, total: int, text: str) -> None:
        """Show that `done` of `total` steps are finished; `text`: the last one."""
        if self._quiet:
            return
        if self._each_step:
            self.say(f"[{done}/{total}] {text}")
        elif self._live:
            filled = "#" * (done * _BAR // max(1, total))
            self._change(f"{self._title} [{filled:{_BAR}}] {done}/{total}  {text}")
        elif time.monotonic() >= self._written_s + _EVERY_S:
            self.say(f"{self._title}: {done} of {total} steps")

    def say(self, text: str) -> None:
        """Write a line that stays."""
        if self._quiet:
            return
        self.done()
        self._stream.write(f"{text}\n")
        self._stream.flush()
        self._written_s = time.monotonic()

    def done(self) -> None:
        """Remove the changing line."""
        if self._open:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._open = False

    def _change(self, text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\x1b[K{text[:width]}")
        self._stream.flush()
        self._open = True


@dataclass(frozen=True)
class Ran:
    """What a run of ninja did. `compiled`: the objects that it compiled."""

    steps: int
    compiled: tuple[str, ...]


class Tree:
    """A build folder. `arguments`: CMake's; if they change, CMake starts with an empty folder."""

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
        """Run CMake, unless it has run with these arguments. Raises CompileError, InputError."""
        if self.configured:
            return
        self._empty_folder()
        self._progress.step("configuring with CMake ...")
        command = ["cmake", "-GNinja", "-S", str(source), "-B", str(self.folder), *self._arguments]
        status, output = self._run(command, lambda line: None)
        log = self._keep("cmake", output)
        if status:
            self._progress.done()
            raise CompileError(cmake_failed(output, log), output)
        for warning in kconfig_warnings(output):
            self._progress.say(warning)
        (self.folder / _KEY_FILE).write_text(json.dumps({"key": self._key}), encoding="utf-8")

    def _empty_folder(self) -> None:
        """Make the folder empty and mark it as fwgen's.

        Raises InputError if it contains files that no build of fwgen made, such as a Zephyr tree.
        """
        try:
            if self.folder.is_dir() and any(self.folder.iterdir()):
                if not (self.folder / _KEY_FILE).is_file():
                    raise InputError(
                        f"{self.folder} has files that fwgen did not make: nothing was changed",
                        "choose another folder with -o",
                    )
                shutil.rmtree(self.folder)
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / _KEY_FILE).write_text("{}", encoding="utf-8")
        except OSError as error:
            name = error.filename or self.folder
            message = f"cannot build in {name}: {error.strerror}"
            raise InputError(message, "choose another folder with -o") from error

    def build(self, verbose: bool = False) -> Ran:
        """Run ninja and show the compilers' warnings. Raises CompileError."""
        steps: list[str] = [""]

        def follow(line: str) -> None:
            found = _PROGRESS.match(line)
            if found and int(found[1]):
                steps.append(found[3])
                self._progress.at(int(found[1]), int(found[2]), found[3])
            elif line.startswith("FAILED: "):
                steps.append("")  # the error shows the lines that follow
            elif _COMPILED.search(steps[-1]) and not line.startswith("ninja: "):
                self._progress.say(line)

        command = ["ninja", "-C", str(self.folder), *(["-v"] if verbose else [])]
        status, output = self._run(command, follow)
        self._progress.done()
        log = self._keep("ninja", output)
        if status:
            raise CompileError(ninja_failed(output, log), output)
        compiled = [found[1] for step in steps if (found := _COMPILED.search(step))]
        return Ran(sum(map(bool, steps)), tuple(compiled))

    def _keep(self, tool: str, output: str) -> str:
        """Write the tool's output to a file beside the build folder.

        Returns the file's path, '' if it could not be written.
        """
        log = self.folder.with_name(f"{tool}.log")
        try:
            log.write_text(output, encoding="utf-8")
        except OSError:
            return ""  # the error itself reports a full disk
        return near(log)

    def _run(self, command: list[str], follow: Callable[[str], None]) -> tuple[int, str]:
        program = shutil.which(command[0], path=self._environment.get("PATH")) or command[0]
        running = process.started(
            [program, *command[1:]],
            stdout=process.PIPE,
            stderr=process.STDOUT,
            text=True,
            errors="replace",
            env={**self._environment, "NINJA_STATUS": _STATUS},
        )
        with ExitStack() as stack:
            try:
                child = stack.enter_context(running)
            except OSError as error:
                message = f"{command[0]} cannot be started: {error.strerror}"
                raise ToolBrokeError(
                    message, "run `fwgen doctor`, which tries each tool"
                ) from error
            assert child.stdout is not None
            output = _collect(child.stdout, follow)
            return child.wait(), output


def _collect(stream: IO[str], follow: Callable[[str], None]) -> str:
    lines = []
    for line in stream:
        lines.append(line)
        follow(line.rstrip("\n"))
    return "".join(lines)
