"""Decodes the words of OP-TEE's firewall properties (`st,protreg`).

Layouts: OP-TEE core/include/dt-bindings/firewall/stm32mp25-rif.h (RIFPROT), stm32mp25-risab.h
(RISABPROT) and stm32mp25-risaf.h (RISAFPROT). A compartment (CID) is 1 for the A35, 2 for the M33.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Peripheral:
    """RIFPROT: which compartments may use one resource of a peripheral's firewall."""

    id: int
    secure: bool
    filtered: bool
    semaphore: bool
    cid: int

    def open_to(self, cid: int) -> bool:
        """Return whether privileged, non-secure software of that compartment has access without
        taking a semaphore."""
        return not self.secure and (not self.filtered or (not self.semaphore and self.cid == cid))

    def __str__(self) -> str:
        if self.secure:
            return f"secure, compartment {self.cid}" if self.filtered else "secure"
        if not self.filtered:
            return "open to every compartment"
        if self.semaphore:
            return "protected by a semaphore"
        return f"only compartment {self.cid}"


@dataclass(frozen=True)
class Memory:
    """RISABPROT or RISAFPROT: which compartments may read and write a region of memory."""

    secure: bool
    filtered: bool
    readers: frozenset[int]
    writers: frozenset[int]

    def open_to(self, cid: int) -> bool:
        """Return whether non-secure software of that compartment may read and write."""
        if self.secure:
            return False
        return not self.filtered or (cid in self.readers and cid in self.writers)

    def __str__(self) -> str:
        if not self.filtered:
            return f"{'secure' if self.secure else 'non-secure'}, every compartment"
        return (
            f"{'secure' if self.secure else 'non-secure'}, read by {_list(self.readers)}, "
            f"written by {_list(self.writers)}"
        )


def peripheral(word: int) -> Peripheral:
    return Peripheral(
        id=word & 0xFF,
        filtered=bool(word >> 8 & 1),
        semaphore=bool(word >> 9 & 1),
        cid=word >> 12 & 0xF,
        secure=bool(word >> 16 & 1),
    )


def risab(word: int) -> Memory:
    """Decode a region of internal RAM; its compartment lists count only if filtering is on."""
    return Memory(
        secure=bool(word >> 26 & 1),
        filtered=bool(word >> 24 & 1),
        readers=_cids(word >> 8),
        writers=_cids(word >> 16),
    )


def risaf(word: int) -> Memory:
    """Decode a region of DDR; its compartment lists always count."""
    return Memory(
        secure=bool(word >> 5 & 1),
        filtered=bool(word >> 4 & 1),
        readers=_cids(word >> 16),
        writers=_cids(word >> 24),
    )


def _cids(bits: int) -> frozenset[int]:
    return frozenset(cid for cid in range(8) if bits >> cid & 1)


def _list(cids: frozenset[int]) -> str:
    return ", ".join(str(cid) for cid in sorted(cids)) or "none"
