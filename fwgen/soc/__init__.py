"""What is known of chips, boards and releases, as data files with a source for every figure."""

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
