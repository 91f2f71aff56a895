"""Where fwgen finds the tools that are not part of it: Zephyr, its toolchain, Renode, Linux.

The file is `$XDG_CONFIG_HOME/fwgen/config.toml` (`~/.config/fwgen/config.toml`) and is optional.
Environment variables override it: ZEPHYR_BASE, ZEPHYR_TOOLCHAIN_VARIANT and that toolchain's own
variable, ZEPHYR_EXTRA_MODULES, PYRENODE_BUILD_DIR, PYRENODE_BIN, PYRENODE_RUNTIME,
FWGEN_LINUX_KERNEL, FWGEN_BOARD_PATH.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from fwgen import files
from fwgen.errors import InputError
from fwgen.spec.diagnostics import DiagnosticErrors, Findings, Position, did_you_mean, quote
from fwgen.toml_syntax import TomlSyntaxError, parse_toml

Environment = Mapping[str, str]

TOOLCHAIN_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "gnuarmemb": "GNUARMEMB_TOOLCHAIN_PATH",
        "cross-compile": "CROSS_COMPILE",
        "zephyr": "ZEPHYR_SDK_INSTALL_DIR",
    }
)
"""Zephyr's toolchain variant -> the variable with its path: a folder, or for `cross-compile` the
prefix of the tools' names (`/usr/bin/arm-none-eabi-`)."""

_MOST_BYTES = 1 << 20
RUNTIMES = ("mono", "coreclr")


class ConfigErrors(DiagnosticErrors):
    """A configuration file that cannot be used."""


@dataclass(frozen=True)
class ZephyrConfig:
    """`base`: the `zephyr` folder itself. `python`: an interpreter with west and the packages that
    Zephyr's scripts need. `toolchain_path`: see TOOLCHAIN_VARIABLES. `modules`: in addition to
    those of the west workspace."""

    base: Path | None = None
    python: Path | None = None
    toolchain: str | None = None
    toolchain_path: str | None = None
    modules: tuple[Path, ...] = ()


@dataclass(frozen=True)
class RenodeConfig:
    """Either `build_dir` (a built source tree) or `bin` (a released binary). `pyrenode3`: a folder
    for sys.path if the package is not installed. `test`: the `renode-test` command."""

    build_dir: Path | None = None
    bin: Path | None = None
    runtime: str | None = None
    pyrenode3: Path | None = None
    test: Path | None = None

    @property
    def output(self) -> Path:
        """The folder of a source tree with what its build produces."""
        built = os.environ.get("PYRENODE_BUILD_OUTPUT") or "output/bin/Release"
        return (self.build_dir or Path()) / built

    @property
    def runs_on(self) -> str:
        """The runtime: the one that is set, else .NET, but Mono for a source tree that was built
        for Mono (Renode up to 1.16)."""
        for_mono = self.build_dir is not None and (self.output / "Renode.exe").is_file()
        return self.runtime or ("mono" if for_mono else "coreclr")

    def environment(self) -> dict[str, str]:
        """Return the variables that pyrenode3 reads when it is imported."""
        values = {
            "PYRENODE_BUILD_DIR": self.build_dir,
            "PYRENODE_BIN": self.bin,
            "PYRENODE_RUNTIME": self.runs_on if self.build_dir or self.bin else self.runtime,
        }
        return {name: str(value) for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class LinuxConfig:
    """`kernel`: a User-Mode Linux for `--linux kernel`, instead of the one that `fwgen setup`
    builds."""

    kernel: Path | None = None


@dataclass(frozen=True)
class BoardsConfig:
    """`path`: folders with the files of users' own boards."""

    path: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Config:
    """`origins`: key, such as 'zephyr.base' -> where its value comes from: an environment variable
    ('ZEPHYR_BASE') or a place in the file ('config.toml:4:1')."""

    path: Path
    exists: bool = False
    zephyr: ZephyrConfig = field(default_factory=ZephyrConfig)
    renode: RenodeConfig = field(default_factory=RenodeConfig)
    linux: LinuxConfig = field(default_factory=LinuxConfig)
    boards: BoardsConfig = field(default_factory=BoardsConfig)
    origins: Mapping[str, str] = field(default_factory=dict)

    def origin(self, key: str) -> str:
        return self.origins.get(key, "")


def config_path(environ: Environment | None = None) -> Path:
    env = os.environ if environ is None else environ
    home = env.get("XDG_CONFIG_HOME", "")
    base = Path(home) if home.startswith("/") else Path("~/.config").expanduser()
    return base / "fwgen" / "config.toml"


def load_config(environ: Environment | None = None, path: Path | None = None) -> Config:
    """Return the file's values, overridden by environment variables.

    Raises ConfigErrors (file, line, column) for unknown keys and wrong values.
    """
    env = os.environ if environ is None else environ
    path = path or config_path(env)
    text = _read(path)
    file = _File(path, text or "")
    data = file.parse()
    origins: dict[str, str] = {}
    values = {table: _table(file, table, data.get(table, {}), origins) for table in KINDS}
    for table in data:
        if table not in values:
            hint = did_you_mean(table, values, "tables")
            file.error("unknown-table", f"unknown table {quote(table)}", table, "", hint)
    file.findings.raise_errors(ConfigErrors)
    return Config(
        path=path,
        exists=text is not None,
        zephyr=_overlay_zephyr(ZephyrConfig(**values["zephyr"]), env, origins),
        renode=_overlay_renode(RenodeConfig(**values["renode"]), env, origins),
        linux=_overlay_linux(LinuxConfig(**values["linux"]), env, origins),
        boards=_overlay_boards(BoardsConfig(**values["boards"]), env, origins),
        origins=MappingProxyType(origins),
    )


def _read(path: Path) -> str | None:
    try:
        return files.read_regular(path, _MOST_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        return None
    except files.NotRegularError as error:
        message = f"{path}: expected a file, found a directory, a pipe or a device"
        raise InputError(
            message, f"remove it or rename it: `ls -ld {shlex.quote(str(path))}`"
        ) from error
    except UnicodeDecodeError as error:
        message = f"{path}: not UTF-8 text ({error.reason} at byte {error.start})"
        raise InputError(message, "save the file as UTF-8") from error
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        hint = f"check the file and its permissions: `ls -l {shlex.quote(str(path))}`"
        raise InputError(message, hint) from error


@dataclass
class _File:
    """The file's text, and the positions in it."""

    path: Path
    text: str
    findings: Findings = field(default_factory=Findings)

    def parse(self) -> dict[str, Any]:
        try:
            return parse_toml(self.text)
        except TomlSyntaxError as error:
            message, hint = error.message, error.hint
            place = self._at(error.line, error.column)
            if re.search("overwrite|twice", message) and (twice := self._given_twice()):
                message, place = twice
                hint = "keep one of them"
            self.findings.error("toml", message, place, hint)
            raise ConfigErrors(self.findings.diagnostics) from error

    def _given_twice(self) -> tuple[str, Position] | None:
        """Return the error about a key or a table that is given twice, None if none is."""
        first: dict[str, int] = {}
        table = ""
        for number, line in enumerate(self.text.splitlines(), 1):
            header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$", line)
            entry = re.match(r"\s*([\w.\"'-]+)\s*=", line)
            found = header or entry
            if not found:
                continue
            name = re.sub(r"[\"']", "", found[1])
            if header:
                table = name
            elif table:
                name = f"{table}.{name}"
            if name in first:
                message = f"{quote(name)} is given twice; the first is on line {first[name]}"
                return message, self._at(number, found.start(1) + 1, len(found[1]))
            first[name] = number
        return None

    def error(self, rule_id: str, message: str, table: str, key: str, hint: str = "") -> None:
        self.findings.error(rule_id, message, self.where(table, key), hint)

    def where(self, table: str, key: str) -> Position:
        """Return the position of a key; of the table's header if `key` is "" or not found."""
        current, header = "", 0
        for number, line in enumerate(self.text.splitlines(), 1):
            if found := re.match(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?$", line):
                current = found[1].strip("\"' ")
                header = number if current == table else header
            elif found := re.match(r"\s*([\w.\"'-]+)\s*=", line):
                name = found[1].replace('"', "").replace("'", "")
                dotted = f"{current}.{name}" if current else name
                if dotted == f"{table}.{key}" or (not key and dotted.split(".")[0] == table):
                    return self._at(number, found.start(1) + 1, len(found[1]))
                inline = re.search(rf"[{{,]\s*[\"']?({re.escape(key)})[\"']?\s*=", line)
                if dotted == table and inline:  # zephyr = {base = "..."}
                    return self._at(number, inline.start(1) + 1, len(key))
        return self._at(header, 1) if header else Position(str(self.path))

    def _at(self, line: int, column: int, length: int = 1) -> Position:
        lines = self.text.splitlines()
        text = lines[line - 1] if line <= len(lines) else ""
        return Position(str(self.path), line, column, length, text)


KINDS: dict[str, dict[str, str]] = {
    "zephyr": {
        "base": "path",
        "python": "path",
        "toolchain": "word",
        "toolchain_path": "text",
        "modules": "paths",
    },
    "renode": {
        "build_dir": "path",
        "bin": "path",
        "runtime": "runtime",
        "pyrenode3": "path",
        "test": "path",
    },
    "linux": {"kernel": "path"},
    "boards": {"path": "paths"},
}
_EXPECTED = {
    "path": "a path in quotes",
    "paths": "a list of paths in quotes",
    "word": "one of Zephyr's toolchain variants in quotes, such as `gnuarmemb`",
    "text": "a text in quotes",
    "runtime": " or ".join(f'`"{name}"`' for name in RUNTIMES),
}


_EXAMPLES = {
    "path": '`"/opt/name"`',
    "paths": '`["/opt/one", "/opt/two"]`',
    "word": '`"gnuarmemb"`',
    "text": '`"/usr/bin/arm-none-eabi-"`',
    "runtime": '`"mono"`',
}


def _table(file: _File, table: str, data: Any, origins: dict[str, str]) -> dict[str, Any]:
    if not isinstance(data, dict):
        message = f"`{table}`: expected a table, found {quote(repr(data))}"
        file.error("not-a-table", message, table, "", f"write `[{table}]`, its keys below it")
        return {}
    values: dict[str, Any] = {}
    for key, raw in data.items():
        kind = KINDS[table].get(key)
        if kind is None:
            hint = did_you_mean(key, KINDS[table], "keys")
            message = f"unknown key {quote(key)} in `[{table}]`"
            file.error("unknown-key", message, table, key, hint)
            continue
        value = _value(kind, raw, file.path.parent)
        if value is None:
            message = f"`{table}.{key}`: expected {_EXPECTED[kind]}, found {quote(repr(raw))}"
            file.error(
                "bad-value",
                message,
                table,
                key,
                f"write it like {_EXAMPLES[kind]}, or remove the line",
            )
            continue
        values[key] = value
        origins[f"{table}.{key}"] = str(file.where(table, key))
    if table == "renode" and {"build_dir", "bin"} <= values.keys():
        message = "`build_dir` and `bin` are both given: pyrenode3 uses only one of them"
        file.error("two-renodes", message, table, "bin", "remove one of them")
    return values


def _value(kind: str, raw: object, folder: Path) -> Any:
    """Return the value, None if it is wrong. Relative paths start at the file's folder."""
    if kind == "paths":
        if not isinstance(raw, list) or not all(
            isinstance(item, str) and item and "\0" not in item for item in raw
        ):
            return None
        return tuple(_path(item, folder) for item in raw)
    if not isinstance(raw, str) or not raw.strip() or "\0" in raw:
        return None
    if kind == "path":
        return _path(raw, folder)
    if kind == "runtime" and raw not in RUNTIMES:
        return None
    return raw


def _path(text: str, folder: Path) -> Path:
    try:
        return folder / Path(text).expanduser()
    except RuntimeError:  # `~name` without such a user
        return folder / text


def _overlay_zephyr(
    from_file: ZephyrConfig, env: Environment, origins: dict[str, str]
) -> ZephyrConfig:
    base = _from(env, "ZEPHYR_BASE", "zephyr.base", origins, from_file.base, Path)
    toolchain = _from(
        env, "ZEPHYR_TOOLCHAIN_VARIANT", "zephyr.toolchain", origins, from_file.toolchain, str
    )
    path = from_file.toolchain_path if toolchain == from_file.toolchain else None
    variable = TOOLCHAIN_VARIABLES.get(toolchain or "")
    if variable:
        path = _from(env, variable, "zephyr.toolchain_path", origins, path, str)
    modules = from_file.modules
    if listed := env.get("EXTRA_ZEPHYR_MODULES") or env.get("ZEPHYR_EXTRA_MODULES"):
        modules = tuple(Path(item) for item in listed.split(";") if item)
        origins["zephyr.modules"] = "EXTRA_ZEPHYR_MODULES"
    return ZephyrConfig(base, from_file.python, toolchain, path, modules)


def _overlay_renode(
    from_file: RenodeConfig, env: Environment, origins: dict[str, str]
) -> RenodeConfig:
    build_dir, binary = from_file.build_dir, from_file.bin
    if env.get("PYRENODE_BUILD_DIR") or env.get("PYRENODE_BIN"):
        build_dir = binary = None
    return RenodeConfig(
        build_dir=_from(env, "PYRENODE_BUILD_DIR", "renode.build_dir", origins, build_dir, Path),
        bin=_from(env, "PYRENODE_BIN", "renode.bin", origins, binary, Path),
        runtime=_from(env, "PYRENODE_RUNTIME", "renode.runtime", origins, from_file.runtime, str),
        pyrenode3=from_file.pyrenode3,
        test=from_file.test,
    )


def _overlay_linux(
    from_file: LinuxConfig, env: Environment, origins: dict[str, str]
) -> LinuxConfig:
    variable = "FWGEN_LINUX_KERNEL"
    return LinuxConfig(_from(env, variable, "linux.kernel", origins, from_file.kernel, Path))


def _overlay_boards(
    from_file: BoardsConfig, env: Environment, origins: dict[str, str]
) -> BoardsConfig:
    listed = env.get("FWGEN_BOARD_PATH")
    if not listed:
        return from_file
    origins["boards.path"] = "FWGEN_BOARD_PATH"
    return BoardsConfig(tuple(Path(folder) for folder in listed.split(os.pathsep) if folder))


T = TypeVar("T", Path, str)


def _from(
    env: Environment,
    variable: str,
    key: str,
    origins: dict[str, str],
    otherwise: T | None,
    kind: type[T],
) -> T | None:
    """Return the variable's value, else the file's; an empty variable counts as not set."""
    value = env.get(variable)
    if not value:
        if otherwise is None:
            origins.pop(key, None)
        return otherwise
    origins[key] = variable
    return kind(value)
