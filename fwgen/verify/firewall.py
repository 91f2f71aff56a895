"""Decodes the words of OP-TEE's firewall properties (`st,protreg`).

Layouts: OP-TEE core/include/dt-bindings/firewall/stm32mp25-rif.h (RIFPROT), stm32mp25-risab.h
(RISABPROT) and stm32mp25-risaf.h (RISAFPROT). A compartment (CID) is 1 for the A35, 2 for the M33.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


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
    """RISABPROT or RISAFPROT: which compartments may read and write a region of memory.

    `enabled`: a region of DDR that is not enabled is open to secure software of the A35 alone.
    """

    secure: bool
    filtered: bool
    readers: frozenset[int]
    writers: frozenset[int]
    enabled: bool = True

    def open_to(self, cid: int) -> bool:
        """Return whether non-secure software of that compartment may read and write."""
        if self.secure or not self.enabled:
            return False
        return not self.filtered or (cid in self.readers and cid in self.writers)

    def __str__(self) -> str:
        if not self.enabled:
            return "a region that is not enabled (RIF_BREN_DIS)"
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


def listed(words: Sequence[int], number: int, *, last_wins: bool) -> Peripheral | None:
    """Return the rights of a resource in a list, as OP-TEE reads one that is listed twice; None if
    the list does not have it.

    The last word gives the compartment. In RIFSC's list (`last_wins`) it also says whether the
    resource is secure; in every other list the resource is secure if one of its words says so.
    Source: ST's OP-TEE 4.0, stm32_risup_cfg and stm32_rif_parse_cfg.
    """
    found = [one for one in map(peripheral, words) if one.id == number]
    if not found:
        return None
    return found[-1] if last_wins else replace(found[-1], secure=any(one.secure for one in found))


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
        filtered=True,
        readers=_cids(word >> 16),
        writers=_cids(word >> 24),
        enabled=bool(word >> 4 & 1),
    )


def risaf_region(word: int) -> int:
    """Return the number of the RISAF's region, which one memory alone may have."""
    return word & 0xF


def _cids(bits: int) -> frozenset[int]:
    return frozenset(cid for cid in range(8) if bits >> cid & 1)


def _list(cids: frozenset[int]) -> str:
    return ", ".join(str(cid) for cid in sorted(cids)) or "none"
