"""The error for a device tree that cannot be read."""

from fwgen.errors import InputError


class TreeError(InputError):
    """The file is not a flattened device tree, or it is damaged."""
