"""The specs of a campaign: eight nodes that differ in everything that matters to the log, the link
and the sleep. A history draws one of them; the core is compiled once for each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

_TEXT: Final = """\
fwgen: 1
name: campaign-{index}
board: stm32mp257f_dk
sensor: {{type: hc-sr04, trigger: PG5, echo: PF15, period: {period}, range: {range}}}
link: {{channel: rpmsg-tty, latency: {latency}, rings: {rings}}}
memory: {{code: sram1, data: retram, log: {log}}}
sleep: {{mode: lp-stop2, when_full: {when_full}}}
watchdog: {watchdog}
"""
_KEYS: Final = ("period", "range", "latency", "rings", "log", "when_full", "watchdog")
_NODES: Final = (
    ("60 ms", "[20 mm, 4000 mm]", "200 ms", "ddr", "16 KiB", "wake", "2 s"),
    ("60 ms", "[20 mm, 4000 mm]", "100 ms", "ddr", "7 KiB", "keep-newest", "2 s"),
    ("40 ms", "[50 mm, 2500 mm]", "500 ms", "ddr", "8 KiB", "keep-oldest", "1 s"),
    ("100 ms", "[20 mm, 4000 mm]", "100 ms", "sram2", "8 KiB", "wake", "off"),
    ("80 ms", "[300 mm, 3000 mm]", "1 s", "ddr", "12 KiB", "wake", "500 ms"),
    ("250 ms", "[20 mm, 4000 mm]", "2 s", "sram2", "7 KiB", "keep-newest", "2 s"),
    ("50 ms", "[20 mm, 3000 mm]", "60 ms", "ddr", "64 KiB", "keep-oldest", "off"),
    ("60 ms", "[20 mm, 1000 mm]", "200 ms", "sram2", "9 KiB", "wake", "2 s"),
)
COUNT: Final = len(_NODES)


def spec_text(index: int) -> str:
    """Return the spec as a user writes it."""
    return _TEXT.format(index=index, **dict(zip(_KEYS, _NODES[index], strict=True)))


@cache
def plan_of(index: int) -> Plan:
    from fwgen.plan import plan_spec
    from fwgen.spec import parse_spec

    return plan_spec(parse_spec(spec_text(index), f"campaign-{index}.yaml"))
