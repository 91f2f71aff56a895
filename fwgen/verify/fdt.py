"""A flattened device tree (DTB), read into nodes (Devicetree Specification 0.4, chapter 5).

Own code, since no library of PyPI both installs without a compiler and reads what a board hands
out: `pylibfdt` comes as source only, `fdt` gives up at the NOP tags that boot loaders leave behind.
"""

from __future__ import annotations

import struct

from fwgen.verify.errors import TreeError
from fwgen.verify.node import Node

MAGIC = 0xD00DFEED
_BEGIN_NODE, _END_NODE, _PROP, _NOP, _END = 1, 2, 3, 4, 9
_HEADER = struct.Struct(">10I")
_OLDEST, _NEWEST_COMPATIBLE = 16, 17
_DEEPEST = 64


def parse(data: bytes) -> Node:
    """The root. Raises TreeError that says what is wrong with the file."""
    if len(data) < _HEADER.size:
        raise TreeError(f"{len(data)} bytes are no flattened device tree: its header alone has 40")
    magic, total, structs, strings, _, version, compatible, _, strings_size, structs_size = (
        _HEADER.unpack_from(data)
    )
    if magic != MAGIC:
        raise TreeError(_not_a_tree(data))
    if total > len(data):
        raise TreeError(f"truncated: {total:,} bytes are due and {len(data):,} are there")
    if version < _OLDEST or compatible > _NEWEST_COMPATIBLE:
        raise TreeError(f"version {version} of the format is not known")
    if structs_size == 0:  # version 16 does not tell
        structs_size = total - structs
    if structs + structs_size > total or strings + strings_size > total:
        raise TreeError("its header points behind its end")
    return _Reader(data[structs : structs + structs_size], data[strings:total]).root()


class _Reader:
    def __init__(self, structs: bytes, strings: bytes) -> None:
        self._data, self._strings, self._at = structs, strings, 0

    def root(self) -> Node:
        if self._token() != _BEGIN_NODE:
            raise TreeError("it does not begin with a node")
        root = self._node(None)
        if self._token() != _END:
            raise TreeError("something follows its root node")
        return root

    def _node(self, parent: Node | None) -> Node:
        """Behind the token that begins it, up to and with the one that ends it."""
        node = Node(self._name(), parent)
        if len(node.parts) > _DEEPEST:
            raise TreeError(f"nodes lie deeper than {_DEEPEST} in each other")
        while True:
            token = self._token()
            if token == _END_NODE:
                return node
            if token == _BEGIN_NODE:
                node.children.append(self._node(node))
            elif token == _PROP:
                name, value = self._property()
                node.properties[name] = value
            else:
                raise TreeError(f"token {token} in {node.path}")

    def _token(self) -> int:
        while True:
            token = self._word()
            if token != _NOP:
                return token

    def _word(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def _take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise TreeError("it ends in the middle of a node")
        taken = self._data[self._at : end]
        self._at = end + -end % 4
        return taken

    def _name(self) -> str:
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise TreeError("the name of a node does not end")
        return self._take(end + 1 - self._at)[:-1].decode("utf-8", "replace")

    def _property(self) -> tuple[str, bytes]:
        size, name_at = self._word(), self._word()
        end = self._strings.find(b"\0", name_at)
        if name_at >= len(self._strings) or end < 0:
            raise TreeError("the name of a property lies outside of the file")
        return self._strings[name_at:end].decode("utf-8", "replace"), self._take(size)


def _not_a_tree(data: bytes) -> str:
    if data[:4] == b"\x7fELF":
        return "an ELF, no flattened device tree"
    if b"/dts-v1/" in data[:4096]:
        return "the source of a device tree; compile it first: dtc -I dts -O dtb"
    return f"no flattened device tree: it begins with {data[:4].hex()}, not with {MAGIC:x}"
