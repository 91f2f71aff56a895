"""remoteproc: loads a firmware, starts and stops its core, owns the vdev of its resource table.

It follows Linux drivers/remoteproc/remoteproc_core.c, remoteproc_elf_loader.c, remoteproc_virtio.c
and OpenSTLinux's stm32_rproc.c (the vector table is the section `.isr_vectors`, or `A0`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from fwgen.build import resource_table
from fwgen.build.resource_table import (
    ANY_ADDRESS,
    VDEV_GFEATURES,
    VDEV_STATUS,
    VDEV_VRINGS,
    VRING_BYTES,
    VRING_DA,
    VRING_NOTIFYID,
)
from fwgen.peer.linux.elf import Elf, RefusedError
from fwgen.peer.linux.memory import Memory, write_u32
from fwgen.peer.linux.resource_table import find_table, parse_table
from fwgen.peer.linux.virtio import Layout

ACKNOWLEDGE, DRIVER, DRIVER_OK = 1, 2, 4
OFFLINE, RUNNING, CRASHED = "offline", "running", "crashed"
VECTOR_TABLES: Final = (".isr_vectors", "A0")
_ENOMEM: Final = 12
_PAGE: Final = 4096

Log = Callable[[str], None]


@dataclass(frozen=True)
class Carveout:
    """An entry of `memory-region`, by the name of its node. `mapped`: the kernel maps it (the DMA
    allocator owns vdev0buffer)."""

    name: str
    address: int
    size_bytes: int
    mapped: bool = True

    def holds(self, address: int, size_bytes: int) -> bool:
        return self.address <= address and address + size_bytes <= self.address + self.size_bytes


class Core(Protocol):
    """The M33 as Linux controls it: in reset, or running."""

    def start(self, vector_table: int) -> None: ...

    def stop(self) -> None: ...


class Vdev:
    """The virtio device of the loaded resource table."""

    def __init__(
        self, memory: Memory, table: int, entry: resource_table.Vdev, rings: Sequence[Layout]
    ) -> None:
        self._memory = memory
        self._address = table + entry.offset
        self.features = entry.features
        self.rings = tuple(rings)

    @property
    def status(self) -> int:
        return self._memory.read(self._address + VDEV_STATUS, 1)[0]

    @status.setter
    def status(self, value: int) -> None:
        self._memory.write(self._address + VDEV_STATUS, bytes([value]))

    def accept(self, features: int) -> None:
        write_u32(self._memory, self._address + VDEV_GFEATURES, features & self.features)

    def publish_rings(self) -> None:
        """Tell the firmware where the rings are."""
        for index, ring in enumerate(self.rings):
            place = self._address + VDEV_VRINGS + index * VRING_BYTES + VRING_DA
            write_u32(self._memory, place, ring.address)


class Remoteproc:
    """Methods raise RefusedError with the message of the kernel's log."""

    def __init__(self, memory: Memory, carveouts: Sequence[Carveout], core: Core, log: Log) -> None:
        self._memory = memory
        self._carveouts = {carveout.name: carveout for carveout in carveouts}
        self._core = core
        self._log = log
        self.state = OFFLINE
        self.vdev: Vdev | None = None
        self.vector_table = 0
        self._elf: Elf | None = None
        self._table = bytearray()  # as the firmware receives it at each start
        self._table_address = 0

    def boot(self, firmware: bytes) -> None:
        """`echo start`: check, load and start a firmware."""
        elf = Elf(firmware)
        self._log(f"Booting fw image, size {len(firmware)}")
        self.vector_table = _vector_table(elf)
        self._table = bytearray()
        rings: list[Layout] = []
        try:
            self._table = bytearray(find_table(elf))
        except RefusedError as error:
            self._log(str(error))  # only a warning: the firmware runs without a device
        resources = parse_table(bytes(self._table)) if self._table else None
        if resources is not None:
            for kind in resources.unsupported:
                self._log(f"unsupported resource {kind}")
            for carveout in resources.carveouts:
                self._check_carveout(carveout)
            for number, entry in enumerate(resources.vdevs):
                layouts = self._allocate_rings(number, entry)
                rings = rings or layouts
        self._elf = elf
        self._start(resources.vdevs[0] if resources and resources.vdevs else None, rings)

    def stop(self) -> None:
        """`echo stop`. The virtio device must be removed first."""
        self._core.stop()
        self.state = OFFLINE
        self._log("stopped remote processor m33")

    def crashed(self) -> None:
        """The watchdog's interrupt, or a crash detected otherwise."""
        if self.state == RUNNING:
            self._log("crash detected in m33: type watchdog")
            self.state = CRASHED

    def forget(self) -> None:
        """Linux starts again after a reset of the chip: nothing is loaded."""
        self.state = OFFLINE
        self.vdev = None

    def recover(self) -> None:
        """Stop the core and start the same firmware again, with the resource table of `boot`."""
        if self._elf is None:
            raise RefusedError("nothing to recover")
        self._log("recovering m33")
        self._core.stop()
        self._load(self._elf)
        self._publish_table()
        self._core.start(self.vector_table)
        self.state = RUNNING
        self._log("remote processor m33 is now up")

    # ------------------------------------------------------------------------------------- inside

    def _start(self, entry: resource_table.Vdev | None, rings: Sequence[Layout]) -> None:
        assert self._elf is not None
        self._load(self._elf)
        self._publish_table()
        self.vdev = None
        if entry is not None and self._table_address:
            self.vdev = Vdev(self._memory, self._table_address, entry, rings)
        self._core.start(self.vector_table)
        self.state = RUNNING
        self._log("remote processor m33 is now up")

    def _load(self, elf: Elf) -> None:
        for segment in elf.segments:
            if segment.file_bytes > segment.memory_bytes:
                raise RefusedError(
                    f"bad phdr filesz 0x{segment.file_bytes:x} memsz 0x{segment.memory_bytes:x}"
                )
            end = segment.offset + segment.file_bytes
            if end > len(elf.data):
                raise RefusedError(f"truncated fw: need 0x{end:x} avail 0x{len(elf.data):x}")
            if not self._is_mapped(segment.address, segment.memory_bytes):
                raise RefusedError(
                    f"bad phdr da 0x{segment.address:x} mem 0x{segment.memory_bytes:x}"
                )
            content = elf.data[segment.offset : end]
            self._memory.write(segment.address, content.ljust(segment.memory_bytes, b"\0"))

    def _publish_table(self) -> None:
        """Write the table, with what was allocated, to the firmware's memory and use it."""
        section = self._elf.section(resource_table.SECTION) if self._elf and self._table else None
        if section is None or not self._is_mapped(section.address, section.size_bytes):
            self._table_address = 0
            return
        self._table_address = section.address
        self._memory.write(section.address, bytes(self._table))

    def _is_mapped(self, address: int, size_bytes: int) -> bool:
        return any(
            carveout.mapped and carveout.holds(address, size_bytes)
            for carveout in self._carveouts.values()
        )

    def _check_carveout(self, entry: resource_table.Carveout) -> None:
        carveout = self._carveouts.get(entry.name)
        if carveout is None:
            return  # Linux allocates it in its own memory
        self._check_place(carveout, entry.address, entry.size_bytes)
        for field, value in enumerate([carveout.address, carveout.address, carveout.size_bytes]):
            place = entry.offset + 4 * field
            self._table[place : place + 4] = value.to_bytes(4, "little")

    def _allocate_rings(self, number: int, entry: resource_table.Vdev) -> list[Layout]:
        layouts = []
        for index, vring in enumerate(entry.vrings):
            name = f"vdev{number}vring{index}"
            carveout = self._carveouts.get(name)
            if carveout is None:
                raise RefusedError(f"no memory-region {name}", _ENOMEM)
            layout = Layout(carveout.address, vring.entries, vring.align)
            whole_pages = -(-layout.size_bytes // _PAGE) * _PAGE
            self._check_place(carveout, vring.address, whole_pages)
            place = entry.offset + VDEV_VRINGS + index * VRING_BYTES + VRING_NOTIFYID
            self._table[place : place + 4] = index.to_bytes(4, "little")
            layouts.append(layout)
        return layouts

    def _check_place(self, carveout: Carveout, address: int, size_bytes: int) -> None:
        if size_bytes > carveout.size_bytes:
            raise RefusedError("Registered carveout doesn't fit len request", _ENOMEM)
        if address == ANY_ADDRESS:
            return
        if address < carveout.address:
            raise RefusedError("Registered carveout doesn't fit da request", _ENOMEM)
        if not carveout.holds(address, size_bytes):
            raise RefusedError("Registered carveout doesn't fit len request", _ENOMEM)


def _vector_table(elf: Elf) -> int:
    section = elf.section(*VECTOR_TABLES)
    if section is None:
        raise RefusedError("no section .isr_vectors: the core would start at address 0")
    if section.offset + section.size_bytes > len(elf.data):
        raise RefusedError("vector table truncated")
    return section.address
