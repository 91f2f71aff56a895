"""The exact output of `fwgen audit --json`: other tools read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fwgen.build.audit import RULES
from tests.audit.golden.__main__ import DEFINES, HERE, document


@pytest.mark.parametrize("name", DEFINES)
def test_document(name: str) -> None:
    wanted = (HERE / f"{name}.json").read_text(encoding="utf-8")
    assert document(name) == wanted, "if intended: python -m tests.audit.golden --keep"


def test_shape() -> None:
    for name in DEFINES:
        found = json.loads(Path(HERE / f"{name}.json").read_text(encoding="utf-8"))
        assert found["fwgen-audit"] == 1
        assert found["ok"] == (name == "good") == (not found["findings"])
        assert list(found["rules"]) == [rule.id for rule in RULES]
        assert {finding["rule"] for finding in found["findings"]} <= set(found["rules"])
