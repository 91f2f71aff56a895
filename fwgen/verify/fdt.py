"""Reads a flattened device tree (DTB) into nodes (Devicetree Specification 0.4, chapter 5).

Own code, because no library on PyPI both installs without a compiler and reads a board's DTB:
`pylibfdt` is source only, and `fdt` fails at the NOP tags that boot loaders leave.
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
_GIVE = "give a flattened device tree (.dtb), such as /sys/firmware/fdt of the board"


def parse(data: bytes) -> Node:
    """Return the root node. Raises TreeError that says what is wrong with the file."""
    if len(data) < _HEADER.size:
        message = f"expected a DTB with a header of {_HEADER.size} bytes, found {len(data)} bytes"
        raise TreeError(message, _GIVE)
    magic, total, structs, strings, _, version, compatible, _, strings_size, structs_size = (
        _HEADER.unpack_from(data)
    )
    if magic != MAGIC:
        raise _not_a_tree(data)
    if total > len(data):
        raise _damaged(f"expected {total:,} bytes, found {len(data):,}")
    if version < _OLDEST or compatible > _NEWEST_COMPATIBLE:
        message = f"expected format version 16 or 17, found {version}"
        raise TreeError(message, "compile the tree with a current dtc")
    if structs_size == 0:  # version 16 has no such field
        structs_size = total - structs
    if structs + structs_size > total or strings + strings_size > total:
        raise _damaged("its header points beyond its end")
    return _Reader(data[structs : structs + structs_size], data[strings:total]).root()


class _Reader:
    def __init__(self, structs: bytes, strings: bytes) -> None:
        self._data, self._strings, self._at = structs, strings, 0

    def root(self) -> Node:
        if self._token() != _BEGIN_NODE:
            raise _damaged("it does not begin with a node")
        root = self._node(None)
        if self._token() != _END:
            raise _damaged("there is more data after its root node")
        return root

    def _node(self, parent: Node | None) -> Node:
        """Read a node from after its begin token to its end token."""
        node = Node(self._name(), parent)
        if len(node.parts) > _DEEPEST:
            raise _damaged(f"expected at most {_DEEPEST} levels of nodes, found more")
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
                raise _damaged(f"unknown token {token} in {node.path}")

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
            raise _damaged("it ends in the middle of a node")
        taken = self._data[self._at : end]
        self._at = end + -end % 4
        return taken

    def _name(self) -> str:
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise _damaged("the name of a node does not end")
        return self._take(end + 1 - self._at)[:-1].decode("utf-8", "replace")

    def _property(self) -> tuple[str, bytes]:
        size, name_at = self._word(), self._word()
        end = self._strings.find(b"\0", name_at)
        if name_at >= len(self._strings) or end < 0:
            raise _damaged("the name of a property is outside of the file")
        return self._strings[name_at:end].decode("utf-8", "replace"), self._take(size)


def _not_a_tree(data: bytes) -> TreeError:
    if data[:4] == b"\x7fELF":
        return TreeError("expected a DTB, found an ELF", "give the ELF as --elf")
    if b"/dts-v1/" in data[:4096]:
        message = "expected a DTB, found the source of a device tree"
        return TreeError(message, "compile it: `dtc -I dts -O dtb -o TREE.dtb TREE.dts`")
    message = f"expected a DTB, which begins with {MAGIC:x}, found {data[:4].hex()}"
    return TreeError(message, _GIVE)


def _damaged(reason: str) -> TreeError:
    return TreeError(f"damaged DTB: {reason}", "compile the tree again, or copy the DTB again")
