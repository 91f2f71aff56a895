"""The sensor's pins: on a connector, not used otherwise, and the echo with its own EXTI line."""

from __future__ import annotations

from functools import partial

from fwgen.plan.draft import Draft, readable
from fwgen.plan.rules.rule import Rule
from fwgen.spec.diagnostics import Findings

UNKNOWN = Rule("unknown-pin", "error", "the chip has the pin's port")
NOT_OUT = Rule("pin-not-out", "error", "a pin is on a connector of the board")
TWICE = Rule("pin-twice", "error", "trigger and echo are different pins")
TAKEN = Rule("pin-taken", "error", "nothing else uses the pin")
EXTI = Rule("exti-shared", "error", "two pins that need an interrupt do not share an EXTI line")

RULES = (UNKNOWN, NOT_OUT, TWICE, TAKEN, EXTI)

_USES = ("trigger", "echo")


def _check_twice(draft: Draft, findings: Findings) -> None:
    sensor = draft.spec.sensor
    if sensor.trigger == sensor.echo:
        TWICE.broken(
            findings,
            f"{sensor.echo} is already the trigger",
            draft.spec.where("sensor", "echo"),
            _free(draft, sensor.trigger),
        )


def _check_pin(draft: Draft, findings: Findings, use: str) -> None:
    name = getattr(draft.spec.sensor, use)
    place = draft.spec.where("sensor", use)
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
    """Check the echo's EXTI line; the trigger needs no interrupt."""
    echo = draft.echo
    if echo is None:
        return
    for pin in draft.board.pins.values():
        if pin.interrupt and pin.name != echo.name and pin.number == echo.number:
            EXTI.broken(
                findings,
                f"{echo.name} needs EXTI line {echo.number}, but {pin.name} "
                f"({pin.taken_by or pin.signal}) uses it: a line serves only one port",
                draft.spec.where("sensor", "echo"),
                _free(draft, numbers_taken=(echo.number,)),
            )


def _free(draft: Draft, *but: str, numbers_taken: tuple[int, ...] = ()) -> str:
    sensor = draft.spec.sensor
    used = {readable(lambda: sensor.trigger), readable(lambda: sensor.echo), *but}
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


CHECKS = (*(partial(_check_pin, use=use) for use in _USES), _check_twice, _check_exti)
