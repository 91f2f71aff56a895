"""The sensors' pins: on a connector, not used otherwise, those with an interrupt with their own
EXTI line."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import combinations

from fwgen.plan.draft import Draft, readable
from fwgen.plan.rules.rule import Rule
from fwgen.soc.board import Pin
from fwgen.spec.diagnostics import Findings, Position, Rejected

UNKNOWN = Rule("unknown-pin", "error", "the chip has the pin's port")
NOT_OUT = Rule("pin-not-out", "error", "a pin is on a connector of the board")
TWICE = Rule("pin-twice", "error", "each use has its own pin")
TAKEN = Rule("pin-taken", "error", "nothing else uses the pin")
EXTI = Rule("exti-shared", "error", "two pins that need an interrupt do not share an EXTI line")

RULES = (UNKNOWN, NOT_OUT, TWICE, TAKEN, EXTI)


def _check_twice(draft: Draft, findings: Findings) -> None:
    for (first, used), (second, use) in combinations(draft.pin_uses, 2):
        name = second.pin_name(use)
        if first.pin_name(used) == name:
            whose = f" of `{first.name}`" if first is not second else ""
            TWICE.broken(
                findings,
                f"{name} is already the {used.use}{whose}",
                draft.spec.where_in(second, use.use),
                _free(draft, name),
            )


def _check_pins(draft: Draft, findings: Findings) -> None:
    for sensor, use in draft.pin_uses:
        with suppress(Rejected):
            _check_pin(draft, findings, sensor.pin_name(use), draft.spec.where_in(sensor, use.use))


def _check_pin(draft: Draft, findings: Findings, name: str, place: Position) -> None:
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
            f"{what}{board.called} does not have {name} on a connector",
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
    for sensor in draft.spec.sensors:
        own = readable(partial(draft.sensor_bus, sensor))
        if own and name in (own.scl, own.sda):
            whose = f"`{sensor.name}`'s" if sensor.name else "the sensor's"
            return f"{whose} bus ({own.name} {'SCL' if name == own.scl else 'SDA'})"
    return ""


def _check_exti(draft: Draft, findings: Findings) -> None:
    lines: dict[int, Pin] = {}
    for sensor, use in draft.pin_uses:
        pin = draft.pin(sensor, use) if use.interrupt else None
        if pin is not None:
            place = draft.spec.where_in(sensor, use.use)
            _check_line(draft, findings, pin, place)
            other = lines.setdefault(pin.number, pin)
            if other.name != pin.name:
                _shared(draft, findings, pin, f"{other.name} of the other sensor", place)


def _check_line(draft: Draft, findings: Findings, pin: Pin, place: Position) -> None:
    for other in draft.board.pins.values():
        if other.interrupt and other.name != pin.name and other.number == pin.number:
            user = f"{other.name} ({other.taken_by or other.signal})"
            _shared(draft, findings, pin, user, place)


def _shared(draft: Draft, findings: Findings, pin: Pin, user: str, place: Position) -> None:
    EXTI.broken(
        findings,
        f"{pin.name} needs EXTI line {pin.number}, but {user} uses it: a line serves only one port",
        place,
        _free(draft, numbers_taken=(pin.number,)),
    )


def _free(draft: Draft, *but: str, numbers_taken: tuple[int, ...] = ()) -> str:
    used = {readable(partial(sensor.pin_name, use)) for sensor, use in draft.pin_uses} | {*but}
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
