"""Data about chips, boards and releases; every figure has its source."""

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
