"""How the HC-SR04 and its copies behave, as far as a firmware can tell them apart.

docs/sensors.md says where each was met. The emulator's model gets these figures, so the kinds are
defined here alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from fwgen.plan.sensor import SILENCE_US

NO_PULSE: Final = 0
HELD: Final = 0xFFFF_FFFF
ENDLESS: Final = HELD - 1
"""Instead of a pulse: it begins after the trigger and does not end by itself."""


@dataclass(frozen=True)
class SensorKind:
    """`silence_us`: length of the pulse where nothing is heard, or NO_PULSE or ENDLESS. `ends_by`:
    what ends an endless pulse, the next trigger (which measures nothing then) or the line being
    pulled low by the firmware. `spike_at_us`, `spike_us`: a spike that long, that much after the
    end of each trigger, before the echo line rises; 0 for none. `first_um`: the distance that it
    claims first after power-on, whatever is there; 0 for the true one. `blind_um`: nearer than
    that it claims that distance."""

    name: str
    silence_us: int = SILENCE_US
    ends_by: Literal["", "trigger", "pull"] = ""
    spike_at_us: int = 0
    spike_us: int = 0
    first_um: int = 0
    blind_um: int = 0


ORIGINAL: Final = SensorKind("original")

KINDS: Final = {
    kind.name: kind
    for kind in (
        ORIGINAL,
        SensorKind("slow-timeout", silence_us=200_000),
        SensorKind("holds-until-triggered", silence_us=ENDLESS, ends_by="trigger"),
        SensorKind("holds-until-pulled-low", silence_us=ENDLESS, ends_by="pull"),
        SensorKind("no-pulse", silence_us=NO_PULSE),
        SensorKind("spikes", spike_at_us=100, spike_us=20),
        SensorKind("first-wrong", first_um=77_000),
        SensorKind("jsn-sr04t", silence_us=60_000, blind_um=200_000),
    )
}
