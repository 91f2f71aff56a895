"""JSON Schema of the spec as a user writes it (strings with units), for editors.

It does not cover everything: only `fwgen check` checks bounds of quantities, the order of the range
and what depends on the board.
"""

from __future__ import annotations

from fwgen.spec.kinds import Schema
from fwgen.spec.model import FORMAT, Spec
from fwgen.spec.parts import part_schema


def spec_schema() -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"fwgen spec, format {FORMAT}",
        "description": "A firmware that keeps sampling while Linux sleeps.",
        **part_schema(Spec),
        "oneOf": [{"required": ["sensor"]}, {"required": ["sensors"]}],
    }
