"""docs/configuration.md names every key and every variable, and its example is a good file."""

from __future__ import annotations

import re
from pathlib import Path

from fwgen.config import KINDS, TOOLCHAIN_VARIABLES, load_config

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def test_every_key_has_a_row() -> None:
    for table, keys in KINDS.items():
        part = PAGE.split(f"## `[{table}]`")[1].split("\n## ")[0]
        assert re.findall(r"^\| `(\w+)`", part, re.MULTILINE) == sorted(
            keys, key=lambda key: part.find(f"| `{key}`")
        )
        assert set(re.findall(r"^\| `(\w+)`", part, re.MULTILINE)) == set(keys)


def test_every_variable_is_named() -> None:
    source = (ROOT / "fwgen" / "config.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"((?:ZEPHYR|PYRENODE|EXTRA)_[A-Z_]+)"', source))
    assert len(read) >= 8
    named = set(re.findall(r"`([A-Z_]{8,})`", PAGE))
    assert read | set(TOOLCHAIN_VARIABLES.values()) <= named


def test_the_example_is_read_without_an_error(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example
    file = tmp_path / "config.toml"
    file.write_text(example[1], encoding="utf-8")
    config = load_config({}, file)
    for table, keys in KINDS.items():
        missing = {key for key in keys if not config.origin(f"{table}.{key}")}
        assert missing <= {"build_dir"}, "which excludes `bin`"
