"""The scenario's JSON Schema and its page in docs/ match the code."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from fwgen.scenario.expect import FIELDS, STANDING
from fwgen.scenario.load import bundled_names, find_scenario
from fwgen.scenario.model import Scenario
from fwgen.scenario.steps import STEPS
from fwgen.spec.parts import fields_of, part_schema

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_scenarios_are_valid_by_the_schema(name: str) -> None:
    schema = part_schema(Scenario)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(YAML(typ="safe").load(find_scenario(name).read_text("utf-8")), schema)


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    good = YAML(typ="safe").load(find_scenario("minute").read_text("utf-8"))
    bad = {**good, "steps": [{"at": "10 s", "do": "sleep"}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bad, part_schema(Scenario))


def test_the_page_names_every_key_step_and_field() -> None:
    page = PAGE.read_text("utf-8")
    told = {*re.findall(r"`([a-z0-9_-]+)`", page), *re.findall(r"^    ([a-z-]+):", page, re.M)}
    own_keys = {
        field.key for step in STEPS.values() for field in fields_of(step) if field.key != "do"
    }
    keys = {field.key for field in fields_of(Scenario)} - {"spec"}
    assert told >= set(STEPS) | set(FIELDS) | set(STANDING) | own_keys | keys
    assert "`spec: " in page


def test_the_example_of_the_page_loads(tmp_path: Path) -> None:
    from fwgen.scenario.load import parse_scenario

    example = re.search(
        r"(?:^    .*\n|^\n)+", PAGE.read_text("utf-8").split("of that name.\n")[1], re.M
    )
    assert example
    text = "".join(line[4:] or "\n" for line in example[0].splitlines(keepends=True))
    assert parse_scenario(text).name == "one minute asleep"
