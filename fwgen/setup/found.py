"""Write what `doctor` found into the configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fwgen.build.find import find_python, find_toolchain, find_zephyr
from fwgen.build.preflight import MODULES, ONLY_SOME, not_a_module
from fwgen.config import Config, load_config
from fwgen.errors import FwgenError
from fwgen.setup.config_file import Value, put

Tables = Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True)
class Written:
    """`added`: keys that were added to the file. `kept`: key -> the value found, for keys that have
    another value in the file, which is kept."""

    path: Path
    added: list[str]
    kept: dict[str, Value]


def write_found(config: Config, near: list[Path]) -> Written:
    """Add values that the file does not have; do not change any."""
    in_file = _flat(_of_config(load_config({}, config.path)))
    found = _flat(_with_zephyr(config, near))
    missing = {key: value for key, value in found.items() if key not in in_file}
    if "renode.build_dir" in in_file or "renode.bin" in in_file:
        missing = {key: v for key, v in missing.items() if key not in _EITHER}
    tables: dict[str, dict[str, Value]] = {}
    for key, value in missing.items():
        table, _, name = key.partition(".")
        tables.setdefault(table, {})[name] = value
    put(config.path, tables)
    kept = {k: v for k, v in found.items() if k in in_file and in_file[k] != v}
    return Written(config.path, list(missing), kept)


_EITHER = ("renode.build_dir", "renode.bin")


def _with_zephyr(config: Config, near: list[Path]) -> Tables:
    """Return the values of the configuration and the environment, and those that a search finds."""
    tables = {table: dict(values) for table, values in _of_config(config).items()}
    zephyr = tables["zephyr"]
    try:
        found = find_zephyr(config, near)
        zephyr["base"] = str(found.base.absolute())
        if not found.workspace and "modules" not in zephyr and (beside := _modules(found.base)):
            zephyr["modules"] = beside
        zephyr["python"] = str(find_python(config, found))
    except FwgenError:
        pass
    try:
        toolchain = find_toolchain(config)
        zephyr["toolchain"] = toolchain.variant
        if toolchain.path:
            zephyr["toolchain_path"] = toolchain.path
    except FwgenError:
        pass
    return tables


def _modules(base: Path) -> list[str]:
    """Return the modules that the application needs, from the folder where a workspace has them."""
    folders = sorted(base.absolute().parent.glob("modules/*/*"))
    wanted = {*MODULES, *ONLY_SOME}
    names = {name.removeprefix("hal_") for name in wanted} | wanted
    return [str(folder) for folder in folders if folder.name in names and not not_a_module(folder)]


def _of_config(config: Config) -> dict[str, dict[str, Value]]:
    tables: dict[str, dict[str, Value]] = {}
    for table, values in (("zephyr", vars(config.zephyr)), ("renode", vars(config.renode))):
        tables[table] = {
            key: [str(item) for item in value] if isinstance(value, tuple) else str(value)
            for key, value in values.items()
            if value
        }
    return tables


def _flat(tables: Tables) -> dict[str, Value]:
    return {f"{t}.{key}": value for t, values in tables.items() for key, value in values.items()}
