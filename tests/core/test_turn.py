"""The turn of the link's thread is defined once, in the core; both shells call it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.core.build import CORE, ROOT

SHELLS = (CORE.parent / "main.c", ROOT / "fwgen/backends/host/host_shell.c")
TURNS_OWN = ("node_link", "node_tx_ready", "node_doorbell", "node_receive", "node_poll")


@pytest.mark.parametrize("shell", SHELLS, ids=lambda path: path.name)
def test_no_shell_writes_the_turn_by_hand(shell: Path) -> None:
    text = shell.read_text(encoding="utf-8")
    called = set(re.findall(r"\b(\w+)\(", text))
    assert "turn_take" in called
    assert not called & set(TURNS_OWN)
