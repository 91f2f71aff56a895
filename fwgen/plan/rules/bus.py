"""The display on its bus."""

from __future__ import annotations

from fwgen.panels import panels
from fwgen.plan import display
from fwgen.plan.draft import Draft, readable
from fwgen.plan.rules.rule import Rule
from fwgen.plan.words import milliseconds
from fwgen.spec.diagnostics import Findings, did_you_mean, quote
from fwgen.spec.quantity import show

UNKNOWN = Rule("unknown-bus", "error", "the bus is on a connector of the board")
ADDRESS = Rule("bus-address", "error", "an address has 7 bits and is not reserved")
UNLIKELY = Rule("bus-address-unlikely", "warning", "the display can have this address")
REFRESH = Rule("refresh-too-fast", "error", "the bus can carry the pictures")
ASLEEP = Rule("refresh-asleep", "error", "the display is not faster while Linux sleeps")

SIZE = Rule("panel-size", "error", "the panel has this size")

RULES = (UNKNOWN, ADDRESS, UNLIKELY, SIZE, REFRESH, ASLEEP)

# I2C-bus specification (UM10204), table 4: reserved addresses
_FIRST_FREE, _LAST_FREE, _LAST = 0x08, 0x77, 0x7F


def _check_bus(draft: Draft, findings: Findings) -> None:
    if draft.spec.display is not None and draft.bus is None:
        name = draft.spec.display.bus
        UNKNOWN.broken(
            findings,
            f"{draft.board.called} has no bus {quote(name)} for the M33 on a connector",
            draft.spec.where("display", "bus"),
            did_you_mean(name, draft.board.buses, "buses"),
        )


def _check_address(draft: Draft, findings: Findings) -> None:
    if draft.spec.display is None:
        return
    address = draft.spec.display.address
    panel = readable(lambda: panels()[draft.spec.display.type])  # type: ignore[union-attr]
    title = f"the {panel.title}" if panel else "a panel"
    addresses = panel.addresses if panel else _all_addresses()
    place = draft.spec.where("display", "address")
    likely = " or ".join(f"`0x{a:02x}`" for a in addresses)
    if _FIRST_FREE <= address <= _LAST_FREE:
        if address not in addresses:
            message = f"{title} cannot have the address 0x{address:02x}"
            UNLIKELY.broken(findings, message, place, f"write {likely}")
        return
    if address > _LAST:
        message = f"0x{address:02x} does not fit the 7 bits of an I2C address"
    else:
        message = f"0x{address:02x} is reserved on an I2C bus (free: 0x08 to 0x77)"
    hint = f"{title} answers at {likely}"
    if address >> 1 in addresses:
        hint = f"write the address without the read/write bit: `0x{address >> 1:02x}`"
    ADDRESS.broken(findings, message, place, hint)


def _all_addresses() -> tuple[int, ...]:
    return tuple(sorted({one for panel in panels().values() for one in panel.addresses}))


def _check_size(draft: Draft, findings: Findings) -> None:
    if draft.spec.display is None:
        return
    panel, (width, height) = panels()[draft.spec.display.type], draft.spec.display.size
    if (width, height) not in panel.sizes:
        known = ", ".join(f"`{width}x{height}`" for width, height in panel.sizes)
        message = f"there is no {panel.title} panel of {width}x{height}"
        place = draft.spec.where("display", "size")
        SIZE.broken(findings, message, place, f"write one of {known}, or another `type`")


def _check_refresh(draft: Draft, findings: Findings) -> None:
    screen, bus, picture_us = draft.spec.display, draft.bus, draft.picture_us
    if screen is None or bus is None or picture_us is None:
        return
    least_us = display.least_period_us(picture_us)
    if screen.refresh_period_us >= least_us:
        return
    width, height = screen.size
    size_bytes = display.frame_bytes(width, height, draft.most_bytes)
    REFRESH.broken(
        findings,
        f"a picture of {width}x{height} is {size_bytes:,} bytes and takes "
        f"{milliseconds(picture_us)} on {bus.name} at {bus.speed_hz // 1000} kHz, too long for "
        f"one every {milliseconds(screen.refresh_period_us)}",
        draft.spec.where("display", "refresh"),
        _slower(least_us),
    )


def _check_asleep(draft: Draft, findings: Findings) -> None:
    screen = draft.spec.display
    if screen is None or not screen.refresh_asleep_period_us:
        return
    if screen.refresh_asleep_period_us < screen.refresh_period_us:
        ASLEEP.broken(
            findings,
            f"a picture every {milliseconds(screen.refresh_asleep_period_us)} while Linux sleeps "
            f"is more often than while it is awake, every {milliseconds(screen.refresh_period_us)}",
            draft.spec.where("display", "refresh_asleep"),
            f"write at least `{show(screen.refresh_period_us, 'us')}`, or `off`",
        )


def _slower(least_us: int) -> str:
    rate_hz = 1_000_000 // least_us
    if rate_hz:
        return f"write at most `{rate_hz} Hz`"
    return f"write at least `{-(-least_us // 1000)} ms`"


CHECKS = (_check_bus, _check_address, _check_size, _check_refresh, _check_asleep)
