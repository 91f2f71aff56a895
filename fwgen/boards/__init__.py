"""Boards of one's own: a data file in the user's repository."""

from fwgen.boards.find import board_file, search_path
from fwgen.boards.read import read_board
from fwgen.boards.toml import TomlErrors

__all__ = ["TomlErrors", "board_file", "read_board", "search_path"]
