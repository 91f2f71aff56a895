"""How the HC-SR04 and its copies behave, as far as a firmware can distinguish them.

docs/sensors.md names the sources. The kinds are defined only here; the emulator's model receives
these figures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from fwgen.sensor import Condition
from fwgen.sensors.hc_sr04.times import SILENCE_US

NO_PULSE: Final = 0
HELD: Final = 0xFFFF_FFFF
ENDLESS: Final = HELD - 1
"""Instead of a pulse length: the pulse begins after the trigger and does not end by itself."""


@dataclass(frozen=True)
class SensorKind:
    """Figures of one kind of sensor.

    `silence_us`: length of the pulse without an echo, or NO_PULSE or ENDLESS. `ends_by`: what ends
    an endless pulse: the next trigger (which then measures nothing), or the firmware pulling the
    line low. `spike_us`: length of a spike that starts `spike_at_us` after the end of each trigger,
    before the echo line rises; 0: none. `first_um`: the distance reported first after power-on; 0:
    the true one. `blind_um`: the smallest distance that it reports, also for a nearer obstacle.
    """

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


def disturbed(kind: SensorKind, condition: Condition) -> SensorKind:
    """Return how a sensor of this kind behaves in this condition."""
    if condition is Condition.SPIKES:
        spikes = KINDS["spikes"]
        return replace(kind, spike_at_us=spikes.spike_at_us, spike_us=spikes.spike_us)
    if condition is Condition.LONG_ECHO:
        return replace(kind, silence_us=KINDS["slow-timeout"].silence_us, ends_by="")
    if condition is Condition.HOLDS_LINE:
        return replace(kind, silence_us=ENDLESS, ends_by="trigger")
    return kind
