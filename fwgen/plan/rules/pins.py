"""The sensor's pins: on a connector, not used otherwise, those with an interrupt with their own
EXTI line."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import combinations

from fwgen.plan.draft import Draft, readable
from fwgen.plan.rules.rule import Rule
from fwgen.soc.model import Pin
from fwgen.spec.diagnostics import Findings, Rejected
from fwgen.spec.sensor import PinUse

UNKNOWN = Rule("unknown-pin", "error", "the chip has the pin's port")
NOT_OUT = Rule("pin-not-out", "error", "a pin is on a connector of the board")
TWICE = Rule("pin-twice", "error", "each use has its own pin")
TAKEN = Rule("pin-taken", "error", "nothing else uses the pin")
EXTI = Rule("exti-shared", "error", "two pins that need an interrupt do not share an EXTI line")

RULES = (UNKNOWN, NOT_OUT, TWICE, TAKEN, EXTI)


def _check_twice(draft: Draft, findings: Findings) -> None:
    sensor = draft.spec.sensor
    for first, second in combinations(sensor.PINS, 2):
        if sensor.pin(first) == sensor.pin(second):
            TWICE.broken(
                findings,
                f"{sensor.pin(second)} is already the {first.use}",
                draft.spec.where("sensor", second.use),
                _free(draft, sensor.pin(first)),
            )


def _check_pins(draft: Draft, findings: Findings) -> None:
    for use in draft.spec.sensor.PINS:
        with suppress(Rejected):
            _check_pin(draft, findings, use)


def _check_pin(draft: Draft, findings: Findings, use: PinUse) -> None:
    name = draft.spec.sensor.pin(use)
    place = draft.spec.where("sensor", use.use)
    chip, board = draft.board.chip, draft.board
    pin = board.pins.get(name)
    user = _user(draft, name)
    if name[1] not in chip.gpio_ports:
        ports = ", ".join(chip.gpio_ports)
        UNKNOWN.broken(
            findings, f"the {chip.title} has no port {name[1]}", place, f"known ports: {ports}"
        )
    elif user:
        TAKEN.broken(findings, f"{name} is used by {user}", place, _free(draft))
    elif pin is None or not pin.connector:
        what = f"{name} is {pin.taken_by}: " if pin else ""
        NOT_OUT.broken(
            findings,
            f"{what}the {board.title} does not have {name} on a connector",
            place,
            _free(draft),
        )
    elif pin.taken_by:
        TAKEN.broken(findings, f"{name} is used by {pin.taken_by}", place, _free(draft))


def _user(draft: Draft, name: str) -> str:
    """Return the spec's other use of the pin, "" if there is none."""
    console = draft.board.console
    if readable(lambda: draft.spec.console) and name in (console.tx, console.rx):
        signal = "TX" if name == console.tx else "RX"
        return f"the console ({console.uart} {signal}, {console.where})"
    bus = readable(lambda: draft.bus)
    if bus and name in (bus.scl, bus.sda):
        return f"the display's bus ({bus.name} {'SCL' if name == bus.scl else 'SDA'})"
    return ""


def _check_exti(draft: Draft, findings: Findings) -> None:
    for use in draft.spec.sensor.PINS:
        pin = draft.pin(use) if use.interrupt else None
        if pin is not None:
            _check_line(draft, findings, use, pin)


def _check_line(draft: Draft, findings: Findings, use: PinUse, pin: Pin) -> None:
    for other in draft.board.pins.values():
        if other.interrupt and other.name != pin.name and other.number == pin.number:
            EXTI.broken(
                findings,
                f"{pin.name} needs EXTI line {pin.number}, but {other.name} "
                f"({other.taken_by or other.signal}) uses it: a line serves only one port",
                draft.spec.where("sensor", use.use),
                _free(draft, numbers_taken=(pin.number,)),
            )


def _free(draft: Draft, *but: str, numbers_taken: tuple[int, ...] = ()) -> str:
    sensor = draft.spec.sensor
    used = {readable(partial(sensor.pin, use)) for use in sensor.PINS} | {*but}
    free = [
        pin
        for pin in draft.board.pins.values()
        if pin.connector
        and not pin.taken_by
        and pin.name not in used
        and pin.number not in numbers_taken
        and not _user(draft, pin.name)
    ]
    if not free:
        return "no free pin is known"
    return "free pins: " + ", ".join(f"`{pin.name}` ({pin.place})" for pin in free)


CHECKS = (_check_pins, _check_twice, _check_exti)
