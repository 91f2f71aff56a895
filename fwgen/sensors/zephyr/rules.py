"""The sensor's rules."""

from __future__ import annotations

from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.plan.rules.sensor import SensorRules
from fwgen.plan.words import milliseconds
from fwgen.sensors.zephyr.bus import measures_us
from fwgen.sensors.zephyr.plan import part_of
from fwgen.sensors.zephyr.spec import ZephyrSensor
from fwgen.soc.model import Bus
from fwgen.spec.diagnostics import Findings, did_you_mean, quote
from fwgen.spec.sensor import SensorPart
from fwgen.wire.channel import value_bits

BUS = Rule("sensor-bus", "error", "the sensor's bus is on a connector of the board")
ADDRESS = Rule("sensor-address", "error", "the sensor has its own address on the bus")
BUSY = Rule("sensor-bus-busy", "error", "the bus can carry the measurements")
DISPLAY = Rule("display-channel", "error", "the display can show the sensor's channels")
RECORD = Rule("record-too-wide", "error", "a sample's channels have at most 60 bits")

_FIRST_FREE, _LAST_FREE = 0x08, 0x77  # UM10204, table 4
_MOST_PERCENT = 90
_MOST_BITS = 60


class _Rules(SensorRules):
    rules = (BUS, ADDRESS, BUSY, DISPLAY, RECORD)

    def check(self, draft: Draft, sensor: SensorPart, findings: Findings) -> None:
        part = part_of(sensor)
        _check_address(draft, part, findings)
        _check_record(draft, part, findings)
        _check_display(draft, findings)
        bus = draft.sensor_bus(part)
        if bus is None:
            BUS.broken(
                findings,
                f"the {draft.board.title} has no bus {quote(part.bus)} for the M33 on a connector",
                draft.spec.where_in(part, "bus"),
                did_you_mean(part.bus, draft.board.buses, "buses"),
            )
        else:
            _check_bus(draft, part, bus, findings)


def _check_address(draft: Draft, sensor: ZephyrSensor, findings: Findings) -> None:
    place = draft.spec.where_in(sensor, "address")
    if not _FIRST_FREE <= sensor.address <= _LAST_FREE:
        ADDRESS.broken(
            findings,
            f"0x{sensor.address:02x} is no address of an I2C device (0x08 to 0x77)",
            place,
            "write the 7-bit address of the data sheet, without the read/write bit",
        )


def _check_record(draft: Draft, sensor: ZephyrSensor, findings: Findings) -> None:
    bits = value_bits(sensor.channels)
    if bits > _MOST_BITS:
        RECORD.broken(
            findings,
            f"the channels have {bits} bits together, more than {_MOST_BITS}",
            draft.spec.where_in(sensor, "channels"),
            "write a coarser resolution, or fewer channels",
        )


def _check_bus(draft: Draft, sensor: ZephyrSensor, bus: Bus, findings: Findings) -> None:
    takes_us = measures_us(sensor, bus.speed_hz)
    if takes_us * 100 > _MOST_PERCENT * sensor.period_us:
        BUSY.broken(
            findings,
            f"a measurement takes {milliseconds(takes_us)} on {bus.name} at "
            f"{bus.speed_hz // 1000} kHz, too long for one every {milliseconds(sensor.period_us)}",
            draft.spec.where_in(sensor, "period"),
            f"write at least `{-(-takes_us // 900)} ms`",
        )


def _check_display(draft: Draft, findings: Findings) -> None:
    if draft.spec.display is not None:
        DISPLAY.broken(
            findings,
            "the display shows only distances in millimetres so far, not the channels of a sensor "
            "that Zephyr drives",
            draft.spec.where("display"),
            "remove the section `display`",
        )


SENSOR = _Rules()
