"""What is known of the software on the A35 (releases/*.toml): ST's trees, Linux, TF-A, OP-TEE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fwgen.soc.region import Carveout


@dataclass(frozen=True)
class BootVector:
    """The register for the M33's vector table: at `offset` of `label`, the bits of `mask`."""

    label: str
    offset: int
    mask: int
    source: str


@dataclass(frozen=True)
class Domains:
    """Labels of the remote processor's power domains, for awake and asleep."""

    awake: str
    asleep: str
    source: str


@dataclass(frozen=True)
class Mode:
    """What a release does for one of the chip's power modes while the M33 runs.

    `refused_by`: the software that refuses it, or ''. `mem_sleep`: the value for Linux's
    `mem_sleep`, or ''. `reaches`: what the chip really does. `instead`: the mode that it enters
    instead, or ''.
    """

    name: str
    source: str
    refused_by: str = ""
    mem_sleep: str = ""
    reaches: str = ""
    instead: str = ""


@dataclass(frozen=True)
class ByHand:
    """A line of a list that no fragment can change. `uses`: what it denies (pin, bus or device)."""

    board: str
    uses: str
    file: str
    line: str
    was: str
    becomes: str
    source: str

    @property
    def effect(self) -> str:
        """What happens on the board without the change. OP-TEE panics at every denied access except
        those to pins (ST OP-TEE core/drivers/firewall/stm32_iac.c: iac_fbd_periph)."""
        if self.uses.startswith("P"):
            return "the M33's writes to the pin are ignored"
        return "the M33's first access makes OP-TEE panic"


@dataclass(frozen=True)
class Flavour:
    """One set of device trees of a release.

    `linux_tree` and `optee_tree`: the file of the board's tree, `{board}` for `dk` or `ev1`.
    `rings`: the memories whose nodes its trees have, so that a fragment can put the rings there.
    `refused`: why it cannot be used, '' if it can.
    """

    name: str
    title: str
    source: str
    linux_tree: str = ""
    optee_tree: str = ""
    boards: tuple[str, ...] = ()
    rings: tuple[str, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class Layout:
    """A board's memories that differ from release to release."""

    name: str
    windows: Mapping[str, Carveout]
    reserved: tuple[Carveout, ...] = ()


@dataclass(frozen=True)
class Release:
    """The software on the A35: ST's device trees, Linux, TF-A and OP-TEE.

    `read`: which sources the figures come from. `rif_headers`: folder of the firewall's headers.
    """

    name: str
    title: str
    linux: str
    tfa: str
    optee: str
    read: str
    rif_headers: str
    source: str
    boot_vector: BootVector
    domains: Domains
    modes: Mapping[str, Mode]
    flavours: Mapping[str, Flavour]
    layouts: Mapping[str, Layout]


@dataclass(frozen=True)
class Refused:
    """Software that cannot run the firmware. `words`: names that a user may write for it."""

    name: str
    title: str
    words: tuple[str, ...]
    reason: str
    source: str
