"""The sensor's rules."""

from __future__ import annotations

from fwgen.plan.draft import Draft, readable
from fwgen.plan.rules.rule import Rule
from fwgen.plan.rules.sensor import SensorRules
from fwgen.plan.words import milliseconds
from fwgen.sensors.zephyr.bus import measures_us
from fwgen.sensors.zephyr.plan import part_of
from fwgen.soc.model import Bus
from fwgen.spec.diagnostics import Findings, did_you_mean, quote
from fwgen.wire.channel import value_bits

BUS = Rule("sensor-bus", "error", "the sensor's bus is on a connector of the board")
ADDRESS = Rule("sensor-address", "error", "the sensor has its own address on the bus")
BUSY = Rule("sensor-bus-busy", "error", "the bus can carry the measurements beside the display")
SHARED = Rule("sensor-bus-shared", "warning", "the display does not delay the sensor")
RECORD = Rule("record-too-wide", "error", "a sample's channels have at most 60 bits")

_FIRST_FREE, _LAST_FREE = 0x08, 0x77  # UM10204, table 4
_MOST_PERCENT = 90
_MOST_BITS = 60


class _Rules(SensorRules):
    rules = (BUS, ADDRESS, BUSY, SHARED, RECORD)

    def check(self, draft: Draft, findings: Findings) -> None:
        _check_address(draft, findings)
        _check_record(draft, findings)
        bus = draft.sensor_bus
        if bus is None:
            name = part_of(draft.spec).bus
            BUS.broken(
                findings,
                f"the {draft.board.title} has no bus {quote(name)} for the M33 on a connector",
                draft.spec.where("sensor", "bus"),
                did_you_mean(name, draft.board.buses, "buses"),
            )
        else:
            _check_bus(draft, bus, findings)


def _check_address(draft: Draft, findings: Findings) -> None:
    sensor, display = part_of(draft.spec), readable(lambda: draft.spec.display)
    place = draft.spec.where("sensor", "address")
    if not _FIRST_FREE <= sensor.address <= _LAST_FREE:
        ADDRESS.broken(
            findings,
            f"0x{sensor.address:02x} is no address of an I2C device (0x08 to 0x77)",
            place,
            "write the 7-bit address of the data sheet, without the read/write bit",
        )
    elif display and (display.bus, display.address) == (sensor.bus, sensor.address):
        ADDRESS.broken(
            findings,
            f"0x{sensor.address:02x} on {sensor.bus} is the display's address",
            place,
            "write the sensor's own address",
        )


def _check_record(draft: Draft, findings: Findings) -> None:
    bits = value_bits(part_of(draft.spec).channels)
    if bits > _MOST_BITS:
        RECORD.broken(
            findings,
            f"the channels have {bits} bits together, more than {_MOST_BITS}",
            draft.spec.where("sensor", "channels"),
            "write a coarser resolution, or fewer channels",
        )


def _check_bus(draft: Draft, bus: Bus, findings: Findings) -> None:
    sensor, display = part_of(draft.spec), readable(lambda: draft.spec.display)
    takes_us = measures_us(sensor, bus.speed_hz)
    picture_us = draft.picture_us if display and display.bus == sensor.bus else None
    share = takes_us / sensor.period_us
    beside = ""
    if display and picture_us:
        share += picture_us / display.refresh_period_us
        beside = f" beside a picture every {milliseconds(display.refresh_period_us)}"
    if share * 100 > _MOST_PERCENT:
        BUSY.broken(
            findings,
            f"a measurement takes {milliseconds(takes_us)} on {bus.name} at "
            f"{bus.speed_hz // 1000} kHz, too long for one every "
            f"{milliseconds(sensor.period_us)}{beside}",
            draft.spec.where("sensor", "period"),
            "write a longer period, or a slower `refresh` of the display",
        )
    elif display and picture_us:
        SHARED.broken(
            findings,
            f"the display uses {bus.name} too: a measurement may wait for a part of a picture, "
            "some 15 ms at 100 kHz",
            draft.spec.where("sensor", "bus"),
            "use another bus if the instant of a sample matters",
        )


SENSOR = _Rules()
