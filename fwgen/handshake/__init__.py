"""The handshake's table for both sides: `machine("firmware")` and `machine("peer")`.

table.toml is the source; core/handshake_table.{c,h} and docs/handshake.md are generated from it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from fwgen.errors import FwgenError


class TableError(FwgenError):
    """The table contradicts itself. This is a bug in fwgen."""


@dataclass(frozen=True, slots=True)
class State:
    name: str
    link_open: bool
    timer: str
    """Name of the timer that raises `timeout` in this state; '' if it has none."""
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    touches_link: bool
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    action: str
    next: str
    why: str = ""


@dataclass(frozen=True)
class Machine:
    name: str
    start: str
    streams: tuple[str, ...]
    """States in which samples flow."""
    states: Mapping[str, State]
    events: Mapping[str, str]
    actions: Mapping[str, Action]
    timers_us: Mapping[str, int]
    timer_texts: Mapping[str, str]
    rows: Mapping[tuple[str, str], Row]

    def step(self, state: str, event: str) -> Row:
        """Return the row for `event` in `state`; raises KeyError for unknown names."""
        return self.rows[state, event]

    def timeout_us(self, state: str) -> int | None:
        """Return the time from entering `state` to its `timeout`, in us; None: never."""
        timer = self.states[state].timer
        return self.timers_us[timer] if timer else None


@cache
def machine(name: str) -> Machine:
    """Return the machine `name`, "firmware" or "peer"."""
    text = resources.files("fwgen.handshake").joinpath("table.toml").read_text(encoding="utf-8")
    return read_machine(name, tomllib.loads(text)[name])


def read_machine(name: str, data: Mapping[str, Any]) -> Machine:
    """Return the machine that `data` describes.

    Raises TableError unless every state has a row for every event and all names are known.
    """
    made = Machine(
        name=name,
        start=data["start"],
        streams=tuple(data["streams"]),
        states={
            key: State(key, value["link"] == "open", value["timer"], value["text"])
            for key, value in data["state"].items()
        },
        events=dict(data["event"]),
        actions={
            key: Action(key, value["touches_link"], value["text"])
            for key, value in data["action"].items()
        },
        timers_us={key: value["us"] for key, value in data["timer"].items()},
        timer_texts={key: value["text"] for key, value in data["timer"].items()},
        rows={
            (state, event): Row(*row)
            for state, on in data["on"].items()
            for event, row in on.items()
        },
    )
    _check(made)
    return made


def _check(made: Machine) -> None:
    expected = {(state, event) for state in made.states for event in made.events}
    if odd := sorted(expected ^ made.rows.keys()):
        raise TableError(f"{made.name}: missing or unknown pairs of state and event: {odd}")
    for pair, row in made.rows.items():
        if row.action not in made.actions or row.next not in made.states:
            raise TableError(f"{made.name}: {pair} has an unknown action or state: {row}")
    for state in made.states.values():
        if state.timer and state.timer not in made.timers_us:
            raise TableError(f"{made.name}: state {state.name} has an unknown timer: {state.timer}")
    if {made.start, *made.streams} - made.states.keys():
        raise TableError(f"{made.name}: start or streams has an unknown state")
