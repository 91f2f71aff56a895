"""JSON Schema of the spec as a person writes it (strings with units), for editors.

It cannot say everything: bounds of quantities, the order of the range and what depends on the board
are `fwgen check`'s to tell.
"""

from __future__ import annotations

from fwgen.spec.kinds import Schema
from fwgen.spec.model import FORMAT, Spec
from fwgen.spec.parts import part_schema


def spec_schema() -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"fwgen spec, format {FORMAT}",
        "description": "One firmware that keeps sampling while Linux sleeps.",
        **part_schema(Spec),
    }
