"""`fwgen build`: generate, build, size the log, audit."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from fwgen import files
from fwgen.build.audit import examine
from fwgen.build.audit.finding import Finding, near
from fwgen.build.audit.report import passed
from fwgen.build.audit.subject import Subject
from fwgen.build.built import Built, Tools
from fwgen.build.cmake import CompileError, Progress, Tree
from fwgen.build.elf import Elf
from fwgen.build.find import (
    clean_environment,
    find_cmake,
    find_program,
    find_python,
    find_toolchain,
    find_zephyr,
    program_path,
)
from fwgen.build.preflight import (
    OTHER_FOLDER,
    check_modules,
    check_path,
    check_paths,
    module_definitions,
    modules_of_drivers,
)
from fwgen.build.record import FILE as RECORD
from fwgen.build.record import is_record, previous_log_bytes, write_record
from fwgen.build.sizes import auto_log_bytes
from fwgen.build.undriven import refuse_undriven
from fwgen.config import Config, load_config
from fwgen.errors import InputError, MissingToolError, ToolBrokeError
from fwgen.plan import board_of, make_plan, plan_spec
from fwgen.plan.errors import PlanErrors
from fwgen.plan.model import Plan
from fwgen.spec.model import Spec

APP = "app"
TREE = "zephyr"

_MOST_PASSES = 4
_LOG_IN_THE_WAY = "reach into the sample log"
"""Part of the linker script's message if data and stacks leave the log too little room."""


def find_tools(config: Config, near: Sequence[Path]) -> Tools:
    """Return the tools of a build. Raises MissingToolError, InputError."""
    zephyr = find_zephyr(config, near)
    tools = Tools(zephyr, find_python(config, zephyr), find_toolchain(config))
    path = program_path(tools.python)
    find_cmake(zephyr, path)
    find_program("ninja", "ninja-build", path)
    return tools


def build_environment(tools: Tools) -> dict[str, str]:
    """Return the environment of CMake and ninja; only it says where Zephyr and its tools are."""
    return {
        **clean_environment(os.environ),
        **tools.toolchain.environment,
        "ZEPHYR_BASE": str(tools.zephyr.base),
        "PATH": program_path(tools.python),
    }


class Firmware:
    """The build of one spec in one folder: `app/` is the generated application, `zephyr/` is
    Zephyr's build folder.

    `wrong`: sources by their path in the application that replace the generated ones. Tests build
    wrong firmwares with them, which they must find without the audit: it is left out."""

    def __init__(
        self,
        spec: Spec,
        folder: Path,
        config: Config | None = None,
        progress: Progress | None = None,
        definitions: Mapping[str, str] | None = None,
        verbose: bool = False,
        wrong: Mapping[str, str] | None = None,
    ) -> None:
        self.spec = spec
        self.folder = folder.absolute()
        self._config = config or load_config()
        self._progress = progress or Progress()
        self._definitions = dict(definitions or {})
        self._verbose = verbose
        self._wrong = {name: text.encode() for name, text in (wrong or {}).items()}
        self._compiled: list[str] = []
        self._steps = 0

    def generate(self, plan: Plan) -> None:
        from fwgen.generate import render, tree

        done = tree.write({**render(plan), **self._wrong}, self.folder / APP)
        changed = len(done.created) + len(done.changed) + len(done.stale)
        if changed:
            what = "1 file" if changed == 1 else f"{changed} files"
            self._progress.step(f"generated {what} in {self.folder / APP}")

    def build(self) -> Built:
        """Generate, build and audit; the result has the audit's findings.

        Raises InputError, PlanErrors, CompileError, and MissingToolError (after the application was
        generated); DiagnosticErrors if Zephyr has no driver of a sensor.
        """
        check_path("the folder to build in", self.folder, OTHER_FOLDER)
        self._keep_foreign_files()
        plan = self._first_plan()
        self.generate(plan)
        tools = self._tools()
        tree = self.tree(tools)
        self._preflight(tools, tree)
        plan, elf, passes = self._converge(plan, tree)
        subject = Subject(elf, plan)
        findings: list[Finding] = []
        if not self._wrong:
            self._progress.step("auditing ...")
            findings = examine(subject)
        self._progress.done()
        built = Built(
            self._deliver(elf, findings),
            subject,
            findings,
            tools,
            passes,
            tuple(self._compiled),
            self._steps,
        )
        write_record(self.folder, built)
        return built

    def _keep_foreign_files(self) -> None:
        """Raise InputError if the build would overwrite a file that no build of fwgen made."""
        try:
            if is_record(self.folder / RECORD):
                return
            for name in (RECORD, f"{self.spec.name}.elf"):
                if (self.folder / name).exists():
                    raise InputError(
                        f"{near(self.folder / name)} already exists, and fwgen did not make it: "
                        "nothing was changed",
                        "choose another folder with -o",
                    )
        except OSError as error:
            message = f"{error.filename}: cannot be read: {error.strerror}"
            raise InputError(message, "choose another folder with -o") from error

    def _first_plan(self) -> Plan:
        """Return the plan with the log's size of the last build, which often saves a link."""
        plan = plan_spec(self.spec)
        last = previous_log_bytes(self.folder, plan.data)
        if self.spec.memory.log_size_bytes is not None or last is None:
            return plan
        try:
            return make_plan(self.spec, plan.board, last)
        except PlanErrors:
            return plan

    def _tools(self) -> Tools:
        around = [Path.cwd()]
        if self.spec.source:
            around.insert(0, Path(self.spec.source.path).parent)
        try:
            return find_tools(self._config, around)
        except MissingToolError as error:
            message = f"{error.message}; the application is complete in {near(self.folder / APP)}"
            raise MissingToolError(message, error.hint) from error

    def _preflight(self, tools: Tools, tree: Tree) -> None:
        check_paths(self.folder, tools, self._config.zephyr.modules)
        if not tree.configured and "ZEPHYR_MODULES" not in self._definitions:
            read_by_zephyr = [sensor.zephyr_driver for sensor in self.spec.sensors]
            drivers = [name for name in read_by_zephyr if name]
            also = modules_of_drivers(drivers, tools.zephyr)
            check_modules(self._config, tools.zephyr, tools.python, also)

    def tree(self, tools: Tools) -> Tree:
        """Return Zephyr's build folder, with CMake's arguments for these tools."""
        board = board_of(self.spec)
        definitions = {
            "BOARD": board.zephyr_board,
            **({"BOARD_ROOT": board.zephyr_root} if board.zephyr_root else {}),
            "Python3_EXECUTABLE": str(tools.python),
            "WEST_PYTHON": str(tools.python),
            **module_definitions(self._config, tools.zephyr),
            **self._definitions,
        }
        arguments = [f"-D{name}={value}" for name, value in definitions.items()]
        return Tree(self.folder / TREE, arguments, build_environment(tools), self._progress)

    def _converge(self, plan: Plan, tree: Tree) -> tuple[Plan, Elf, int]:
        """Link until the log's size equals what the linked firmware leaves free."""
        for done in range(1, _MOST_PASSES + 1):
            try:
                elf = self._link(tree, plan)
            except CompileError as error:
                smaller = self._smaller(plan, error)
                if smaller is None:
                    raise
                plan = smaller
                self.generate(plan)
                continue
            if self.spec.memory.log_size_bytes is not None:
                return plan, elf, done
            wanted = make_plan(self.spec, plan.board, auto_log_bytes(elf, plan.data))
            if wanted.log.size_bytes == plan.log.size_bytes:
                return plan, elf, done
            plan = wanted
            self.generate(plan)
        raise ToolBrokeError(
            f"the log's size still changes after {_MOST_PASSES} links: the data change with it",
            "set `memory.log` to a size in the spec",
        )

    def _link(self, tree: Tree, plan: Plan) -> Elf:
        tree.configure(self.folder / APP)
        try:
            ran = tree.build(self._verbose)
        except CompileError as error:
            refuse_undriven(error.output, tree.folder, plan)
            raise
        self._compiled += ran.compiled
        self._steps += ran.steps
        return Elf(_linked(tree.folder))

    def _smaller(self, plan: Plan, error: CompileError) -> Plan | None:
        """Return the plan with a log of half the data window, if the linker says that the log is in
        the way; else None."""
        if self.spec.memory.log_size_bytes is not None or _LOG_IN_THE_WAY not in error.output:
            return None
        half = plan.data.size_bytes // 2
        return None if plan.log.size_bytes <= half else make_plan(self.spec, plan.board, half)

    def _deliver(self, elf: Elf, findings: list[Finding]) -> Path:
        """Copy the ELF to the folder and return its path.

        An ELF that failed the audit stays in the build tree, so that nobody loads it by mistake.
        """
        target = self.folder / f"{self.spec.name}.elf"
        if not passed(findings):
            target.unlink(missing_ok=True)
            return elf.path
        if not (target.is_file() and target.read_bytes() == elf.data):
            files.replace({target: elf.data})
        return target


def _linked(tree: Path) -> Path:
    """Return the ELF in Zephyr's build tree; its configuration has the name."""
    name = "zephyr"
    try:
        for line in (tree / "zephyr" / ".config").read_text(encoding="utf-8").splitlines():
            if line.startswith("CONFIG_KERNEL_BIN_NAME="):
                name = line.partition("=")[2].strip('"')
    except OSError as error:
        message = f"{error.filename}: Zephyr's configuration cannot be read: {error.strerror}"
        raise ToolBrokeError(message, f"remove {tree} and build again") from error
    return tree / "zephyr" / f"{name}.elf"
