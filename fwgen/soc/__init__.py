"""What is known of chips and boards, as data files with a source for every figure."""

from fwgen.soc.load import BoardError, board_names, load_board

__all__ = ["BoardError", "board_names", "load_board"]
