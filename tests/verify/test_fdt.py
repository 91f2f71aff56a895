"""Flattened trees: fwgen reads dtc's output as the source has it, and no file makes it crash."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.soc.region import Region
from fwgen.verify import fdt
from fwgen.verify.errors import TreeError
from fwgen.verify.tree import load_tree
from tests.verify.trees import compiled

SOURCE = """\
/dts-v1/;
/ {
	compatible = "acme,pump", "acme,any";
	#address-cells = <2>;
	#size-cells = <2>;
	soc@0 {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0x0 0x0 0x0 0x10000>;
		uart: serial@100 { reg = <0x100 0x10>, <0x200 0x20>; status = "disabled"; };
		fifo: fifo@400 { reg = <0x400 0x4>; port = <&uart 7>; empty; odd = [01 02 03]; };
	};
	memory@80000000 { device_type = "memory"; reg = <0x1 0x80000000 0x0 0x1000>; };
};
"""


@pytest.fixture(scope="module")
def dtb(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return compiled(SOURCE, tmp_path_factory.mktemp("fdt") / "tree.dtb").read_bytes()


@pytest.mark.needs("dtc")
def test_a_compiled_tree_is_read_as_it_was_written(dtb: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tree.dtb"
    path.write_bytes(dtb)
    tree = load_tree(path)
    assert tree.chips == ["acme,pump", "acme,any"]
    serial, fifo = tree.at("serial", 0x100), tree.at("fifo", 0x400)
    assert serial and fifo
    assert serial.path == "/soc@0/serial@100"
    assert serial.regions() == [Region(0x100, 0x10), Region(0x200, 0x20)]
    assert not serial.enabled and fifo.enabled
    assert fifo.has("empty") and not fifo.has("full")
    assert fifo.properties["odd"] == b"\x01\x02\x03"
    handle, seven = fifo.cells("port")
    assert (tree.phandle(handle), seven) == (serial, 7)
    memory = tree.at("memory", 0x80000000)
    assert memory and memory.regions() == [Region(0x1_8000_0000, 0x1000)]


@pytest.mark.needs("dtc")
def test_nop_tags_are_skipped(dtb: bytes) -> None:
    """Boot loaders delete properties by overwriting them with NOPs."""
    name = b"\x00\x00\x00\x03\x00\x00\x00\x00"  # `empty`: a property without a value
    at = dtb.find(name, struct.unpack_from(">I", dtb, 8)[0])
    holed = dtb[:at] + b"\x00\x00\x00\x04" * 3 + dtb[at + 12 :]
    fifo = next(node for node in fdt.parse(holed).walk() if node.name == "fifo@400")
    assert not fifo.has("empty")
    assert fifo.has("odd")


@pytest.mark.needs("dtc")
def test_every_truncation_is_an_error(dtb: bytes) -> None:
    for end in range(0, len(dtb), 7):
        with pytest.raises(TreeError):
            fdt.parse(dtb[:end])


@pytest.mark.needs("dtc")
@given(st.data())
def test_no_damage_makes_the_reader_crash(dtb: bytes, data: st.DataObject) -> None:
    damaged = bytearray(dtb)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(dtb) - 1))] = data.draw(st.integers(0, 255))
    try:
        root = fdt.parse(bytes(damaged))
    except TreeError:
        return
    for node in root.walk():
        node.regions()
        assert node.path.startswith("/")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "expected a DTB with a header of 40 bytes, found 0 bytes"),
        (b"\x7fELF" + bytes(60), "expected a DTB, found an ELF\nhelp: give the ELF as --elf"),
        (b"/dts-v1/;\n/ { };\n" + bytes(60), "found the source of a device tree\nhelp: compile it"),
        (bytes(64), "expected a DTB, which begins with d00dfeed, found 00000000"),
    ],
)
def test_a_file_that_is_not_a_tree_is_an_error(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(TreeError, match=says) as caught:
        load_tree(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TreeError, match="No such file"):
        load_tree(tmp_path / "none.dtb")
