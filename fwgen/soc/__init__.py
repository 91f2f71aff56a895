"""Data about chips, boards and releases as typed models; every record names the source of its
figures.

    region.py   ranges of addresses
    chip.py     a chip: memories, power modes, interrupts, firewall
    release.py  the software on the A35
    board.py    a board: its chip, its release, its pins
    load.py     reads them from chips/, releases/ and boards/

Sizes are in bytes; addresses are those of the Cortex-M33 (non-secure alias). The figures are in the
`.toml` files. No module of fwgen that derives something from them and no source of the firmware
contains an address, an offset or a bit of a chip; tests/soc looks for them. The models in renode/
are chips themselves: their figures are in each file's head.
"""

from fwgen.soc.load import (
    BoardError,
    board_names,
    load_board,
    load_release,
    refused_releases,
    release_names,
)

__all__ = [
    "BoardError",
    "board_names",
    "load_board",
    "load_release",
    "refused_releases",
    "release_names",
]
