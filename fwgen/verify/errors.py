"""A tree that cannot be read."""

from fwgen.errors import InputError


class TreeError(InputError):
    """The file is no flattened device tree, or is broken."""
