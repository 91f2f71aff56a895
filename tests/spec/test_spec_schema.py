"""The JSON Schema takes what the loader takes and refuses what a schema can see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from fwgen.spec.examples import example_paths
from fwgen.spec.schema import spec_schema

FOLDER = Path(__file__).parent / "rejections"

# What is no YAML, or what a schema has no words for: bounds of quantities, two values compared.
BEYOND_A_SCHEMA = {
    "wake-age-too-short",
    "sensors-same-name",
    "finer-than-microseconds",
    "merge-key",  # other readers resolve it
    "period-negative",
    "period-not-whole",
    "period-too-long",
    "period-zero",
    "range-beyond-sensor",
    "range-empty",
    "range-reversed",
    "refresh-too-fast",
}


def is_valid(text: str) -> bool:
    value: Any = YAML(typ="safe", pure=True).load(text)
    return bool(jsonschema.Draft202012Validator(spec_schema()).is_valid(value))


def readable(path: Path) -> str | None:
    """The text of what another YAML reader takes."""
    try:
        text = path.read_text(encoding="utf-8")
        YAML(typ="safe", pure=True).load(text)
    except Exception:
        return None
    return text


READABLE = [p.stem for p in sorted(FOLDER.glob("*.yaml")) if readable(p) is not None]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(spec_schema())


@pytest.mark.parametrize("board", example_paths())
def test_takes_the_examples(board: str) -> None:
    assert is_valid(example_paths()[board].read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", READABLE)
def test_refuses_what_it_can_see(name: str) -> None:
    text = readable(FOLDER / f"{name}.yaml")
    assert text is not None
    assert is_valid(text) == (name in BEYOND_A_SCHEMA)


def test_sees_most_of_the_rejections() -> None:
    assert set(READABLE) >= BEYOND_A_SCHEMA
    assert len(READABLE) - len(BEYOND_A_SCHEMA) > 40


def test_every_key_is_described() -> None:
    def check(schema: dict[str, Any]) -> None:
        for key, value in schema.get("properties", {}).items():
            assert value["description"].endswith("."), key
            check(value)
        for other in schema.get("anyOf", []):
            check(other)

    check(spec_schema())


@pytest.mark.parametrize("extra", ["console: off", "watchdog: off", "watchdog: 2 s"])
def test_takes_the_optional_words(extra: str) -> None:
    text = next(iter(example_paths().values())).read_text(encoding="utf-8")
    assert is_valid(f"{text}\n{extra}\n")
