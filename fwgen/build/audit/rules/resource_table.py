"""The resource table: found by Linux, where Linux can reach it, with what the fragments expect."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.build.elf import Section
from fwgen.build.resource_table import (
    ANY_ADDRESS,
    FEATURE_NAME_SERVICE,
    SECTION,
    VIRTIO_ID_RPMSG,
    Resources,
    TableError,
    Vdev,
    Vring,
    parse_table,
)
from fwgen.plan.model import Window
from fwgen.plan.words import address, size

MISSING = Rule("resource-table-missing", "there is a resource table, in the section Linux knows")
PLACE = Rule("resource-table-place", "the resource table is loaded, aligned, and not in DDR")
FORMAT = Rule("resource-table-format", "Linux's parser accepts the resource table")
VDEV = Rule("resource-table-vdev", "it offers one RPMsg device with two rings")
RINGS = Rule("resource-table-rings", "buffers and rings are those of the Linux fragment")

RULES = (MISSING, PLACE, FORMAT, VDEV, RINGS)

_ALIGN = 16
"""Blocks of an image that OP-TEE decrypts; Linux's uncached mapping alone would want 4."""


def check(subject: Subject) -> Iterator[Finding]:
    section = subject.elf.section(SECTION)
    if section is None or not section.size_bytes:
        found = subject.elf.symbol("resource_table")
        where = f" (the variable `{found.name}` is in another one)" if found else ""
        yield MISSING.broken(
            f"there is no section {SECTION}{where}: Linux finds no RPMsg device in this firmware",
            hint="on Zephyr 4.3: CONFIG_OPENAMP_RSC_TABLE=y, and keep the section when linking",
        )
        return
    yield from _check_place(subject, section)
    try:
        table = parse_table(subject.elf.content(section))
    except TableError as error:
        yield FORMAT.broken(f"Linux refuses the resource table: `{error}`", _place(section))
        return
    yield from _check_vdev(subject, section, table)


def _place(section: Section) -> Place:
    return Place(address=section.start, section=section.name)


def _check_place(subject: Subject, section: Section) -> Iterator[Finding]:
    start = address(section.start)
    if not section.allocated or not any(s.contains(section) for s in subject.elf.segments):
        yield PLACE.broken(
            "the resource table is in no loaded segment: the M33 would not see what Linux writes",
            _place(section),
        )
    elif not any(window.contains(section) for window in subject.windows):
        where = "DDR" if subject.ddr.contains(section) else "no window of the plan"
        yield PLACE.broken(
            f"the resource table at {start} is in {where}: its status byte is read while Linux "
            "sleeps",
            _place(section),
            "keep it with the code or the data",
        )
    if section.start % _ALIGN:
        yield PLACE.broken(
            f"the resource table at {start} is not aligned to {_ALIGN} bytes: an OP-TEE that "
            "decrypts the image works in such blocks"
            + (", and Linux reads it word by word" if section.start % 4 else ""),
            _place(section),
            f"SUBALIGN({_ALIGN}) in the linker script",
        )


def _check_vdev(subject: Subject, section: Section, table: Resources) -> Iterator[Finding]:
    place = _place(section)
    rpmsg = [vdev for vdev in table.vdevs if vdev.device_id == VIRTIO_ID_RPMSG]
    if len(rpmsg) != 1:
        yield VDEV.broken(f"{len(rpmsg)} RPMsg devices in the resource table; 1 is due", place)
        return
    vdev = rpmsg[0]
    if not vdev.features & FEATURE_NAME_SERVICE:
        yield VDEV.broken(
            "the RPMsg device does not offer VIRTIO_RPMSG_F_NS: Linux would not listen to the "
            "announcement of the channel",
            place,
        )
    if vdev.status:
        yield VDEV.broken(
            f"the status byte is {vdev.status:#x} in the file: the firmware would take the link "
            "for up before Linux is there",
            place,
        )
    if len(vdev.vrings) != 2:
        yield VDEV.broken(f"{len(vdev.vrings)} rings; 2 are due, one a direction", place)
        return
    yield from _check_rings(subject, place, vdev)


def _check_rings(subject: Subject, place: Place, vdev: Vdev) -> Iterator[Finding]:
    buffers = subject.plan.board.rpmsg.buffers
    windows = (subject.plan.ddr.vring0, subject.plan.ddr.vring1)
    for vring, window in zip(vdev.vrings, windows, strict=True):
        name = window.linux or window.name
        if vring.entries != buffers:
            yield RINGS.broken(
                f"{name} has {vring.entries} buffers, the plan {buffers}",
                place,
                f"CONFIG_OPENAMP_RSC_TABLE_NUM_RPMSG_BUFF={buffers}",
            )
        if vring.align & (vring.align - 1):
            yield RINGS.broken(f"{name} is aligned to {vring.align}, no power of two", place)
        elif vring.size_bytes > window.size_bytes:
            yield RINGS.broken(
                f"{name} takes {size(vring.size_bytes)} with {vring.entries} buffers; the Linux "
                f"fragment gives it {size(window.size_bytes)}",
                place,
            )
        yield from _check_address(vring, window, place)
    needed = 2 * vdev.vrings[0].entries * subject.plan.board.rpmsg.buffer_bytes
    pool = subject.plan.ddr.vdev_buffer
    if needed > pool.size_bytes:
        yield RINGS.broken(
            f"the buffers take {size(needed)}, {pool.linux or pool.name} has "
            f"{size(pool.size_bytes)}",
            place,
        )


def _check_address(vring: Vring, window: Window, place: Place) -> Iterator[Finding]:
    if vring.address in (ANY_ADDRESS, window.start):
        return
    yield RINGS.broken(
        f"{window.linux or window.name} at {address(vring.address)}; the Linux fragment has it at "
        f"{address(window.start)}",
        place,
        f"{address(window.start)}, or 0xFFFFFFFF to leave the choice to Linux",
    )
