"""The resource table: Linux finds it, can access it, and it matches the fragments."""

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

MISSING = Rule("resource-table-missing", f"the section {SECTION} contains a resource table")
PLACE = Rule("resource-table-place", "the resource table is loaded, aligned, and not in DDR")
FORMAT = Rule("resource-table-format", "Linux's parser accepts the resource table")
VDEV = Rule("resource-table-vdev", "the resource table has one RPMsg device with two rings")
RINGS = Rule("resource-table-rings", "buffers and rings match the Linux fragment")

RULES = (MISSING, PLACE, FORMAT, VDEV, RINGS)

_ALIGN = 16
"""OP-TEE decrypts an image in blocks of 16 bytes; Linux's uncached mapping needs only 4."""


def check(subject: Subject) -> Iterator[Finding]:
    section = subject.elf.section(SECTION)
    if section is None or not section.size_bytes:
        found = subject.elf.symbol("resource_table")
        where = f" (the variable `{found.name}` is in another section)" if found else ""
        yield MISSING.broken(
            f"expected a section {SECTION}, found none{where}: Linux would find no RPMsg device",
            hint="with Zephyr 4.3: set CONFIG_OPENAMP_RSC_TABLE=y, and KEEP the section when "
            "linking",
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
            "the resource table is not in a loaded segment: the M33 would not see what Linux "
            "writes into it",
            _place(section),
            "put the section into a segment of the code or data window",
        )
    elif not any(window.contains(section) for window in subject.windows):
        where = "DDR" if subject.ddr.contains(section) else "no window of the plan"
        yield PLACE.broken(
            f"the resource table at {start} is in {where}: the firmware reads its status byte "
            "while Linux sleeps",
            _place(section),
            "link it into the code or data window",
        )
    if section.start % _ALIGN:
        yield PLACE.broken(
            f"the resource table at {start} is not aligned to {_ALIGN} bytes: OP-TEE decrypts an "
            "image in blocks of that size"
            + (", and Linux reads it word by word" if section.start % 4 else ""),
            _place(section),
            f"use SUBALIGN({_ALIGN}) for the section in the linker script",
        )


def _check_vdev(subject: Subject, section: Section, table: Resources) -> Iterator[Finding]:
    place = _place(section)
    rpmsg = [vdev for vdev in table.vdevs if vdev.device_id == VIRTIO_ID_RPMSG]
    if len(rpmsg) != 1:
        yield VDEV.broken(
            f"expected 1 RPMsg device in the resource table, found {len(rpmsg)}",
            place,
            "use the resource table of Zephyr: CONFIG_OPENAMP_RSC_TABLE=y",
        )
        return
    vdev = rpmsg[0]
    if not vdev.features & FEATURE_NAME_SERVICE:
        yield VDEV.broken(
            "the RPMsg device does not offer VIRTIO_RPMSG_F_NS: Linux would ignore the "
            "announcement of the channel",
            place,
            "set bit 0 of the device's features",
        )
    if vdev.status:
        yield VDEV.broken(
            f"the status byte must be 0 in the file, found {vdev.status:#x}: the firmware would "
            "use the rings before Linux has set them up",
            place,
            "initialise it with 0; only Linux writes it",
        )
    if len(vdev.vrings) != 2:
        yield VDEV.broken(
            f"expected 2 rings, one for each direction, found {len(vdev.vrings)}",
            place,
            "use the resource table of Zephyr: CONFIG_OPENAMP_RSC_TABLE=y",
        )
        return
    yield from _check_rings(subject, place, vdev)


def _check_rings(subject: Subject, place: Place, vdev: Vdev) -> Iterator[Finding]:
    buffers = subject.plan.board.rpmsg.buffers
    windows = (subject.plan.rings.vring0, subject.plan.rings.vring1)
    for vring, window in zip(vdev.vrings, windows, strict=True):
        name = window.linux or window.name
        if vring.entries != buffers:
            yield RINGS.broken(
                f"{name}: the plan has {buffers} buffers, found {vring.entries}",
                place,
                f"set CONFIG_OPENAMP_RSC_TABLE_NUM_RPMSG_BUFF={buffers}",
            )
        if vring.align & (vring.align - 1):
            yield RINGS.broken(
                f"{name}: the alignment must be a power of two, found {vring.align}",
                place,
                "use 16, as Zephyr's resource table does",
            )
        elif vring.size_bytes > window.size_bytes:
            yield RINGS.broken(
                f"{name} needs {size(vring.size_bytes)} for {vring.entries} buffers; the Linux "
                f"fragment reserves {size(window.size_bytes)}",
                place,
                f"use {buffers} buffers, as the plan does",
            )
        yield from _check_address(vring, window, place)
    needed = 2 * vdev.vrings[0].entries * subject.plan.board.rpmsg.buffer_bytes
    pool = subject.plan.rings.vdev_buffer
    if needed > pool.size_bytes:
        yield RINGS.broken(
            f"the buffers need {size(needed)}; {pool.linux or pool.name} has "
            f"{size(pool.size_bytes)}",
            place,
            f"use {buffers} buffers, as the plan does",
        )


def _check_address(vring: Vring, window: Window, place: Place) -> Iterator[Finding]:
    if vring.address in (ANY_ADDRESS, window.start):
        return
    yield RINGS.broken(
        f"{window.linux or window.name} is at {address(vring.address)}; in the Linux fragment it "
        f"is at {address(window.start)}",
        place,
        f"use {address(window.start)}, or 0xFFFFFFFF to leave the choice to Linux",
    )
