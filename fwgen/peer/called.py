"""What a message `call` says: why the firmware has called Linux. docs/SPEC.md has the numbers."""

from __future__ import annotations

from typing import Final

from fwgen.wire.messages import Call

LOG_FULL: Final = "log-full"
LEVEL: Final = "level"
AGE: Final = "age"
CONDITION: Final = "condition:"
FIRMWARE: Final = "firmware"
"""The firmware has called, and why is not known."""

_CAUSES: Final = {1: LOG_FULL, 2: LEVEL, 3: AGE}
_WORDS: Final = {
    LOG_FULL: "the log is nearly full",
    LEVEL: "the log has reached its level",
    AGE: "a sample has waited for the longest time",
}
CALL_SOURCES: Final = {cause: f"firmware: {words}" for cause, words in _WORDS.items()}
"""Causes of the report as `call_source` writes them, without those of conditions."""
_CONDITION: Final = 4


def call_cause(call: Call) -> str:
    """Return the cause of the wake-up, as in the report."""
    if call.reason == _CONDITION:
        return CONDITION + _condition(call)
    return _CAUSES.get(call.reason, FIRMWARE)


def call_words(call: Call) -> str:
    if call.reason == _CONDITION:
        return _condition(call)
    return _WORDS.get(call_cause(call), f"reason {call.reason}")


def call_source(call: Call) -> str:
    """Return the call as a cause of the wake-up, beside Linux's own: `firmware: the log is nearly
    full`, `condition: no echo for 30 s`."""
    kind = "condition" if call.reason == _CONDITION else "firmware"
    return f"{kind}: {call_words(call)}"


def _condition(call: Call) -> str:
    text = call.condition.decode(errors="replace")
    return text if text.isprintable() else repr(text)
