"""Our changes to the kernel's driver: where they are made, and what is said if they do not fit."""

import re
from pathlib import Path

import pytest

from fwgen.errors import ToolBrokeError
from fwgen.uml import changes
from tests.uml.driver import DRIVER


def tree_with(folder: Path, source: str) -> Path:
    driver = folder / changes.DRIVER
    driver.parent.mkdir(parents=True)
    driver.write_text(source)
    return folder


def body(source: str, function: str) -> str:
    found = re.search(rf"{function}\([^;]*?\)\n\{{\n(.*?)\n\}}", source, re.DOTALL)
    assert found
    return found[1]


def test_our_functions_are_called_at_the_named_places(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, DRIVER)
    changes.apply(tree)
    changed = (tree / changes.DRIVER).read_text()
    included = changed.index('#include "fwgen_rings.h"')
    assert changed.index("#define MAX_SUPPORTED_QUEUE_SIZE") < included < changed.index("struct")
    assert "\t\tfwgen_ring_interrupt(0, device->ring);" in body(changed, "vu_req_interrupt")
    assert body(changed, "vu_del_vq") == "\tfwgen_delete_ring(vq);"
    set_up = body(changed, "vu_setup_vq")
    assert "\tint count = fwgen_ring_entries(vdev);" in set_up
    assert "\tvring_del_virtqueue(0);" in set_up, "calls in other functions are not changed"
    enable = body(changed, "vhost_user_set_vring_enable").split()
    assert enable[:2] == ["time_travel_propagate_time();", "return"]
    header = (tree / changes.DRIVER).with_name("fwgen_rings.h").read_text()
    for function in re.findall(r"fwgen_\w+(?=\()", changed):
        assert re.search(rf"\b{function}\([^;]*\)\n\{{", header), "defined in our header"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "vring_interrupt(",
            "ring_it(",
            "`vring_interrupt` in vu_req_interrupt() once, found it 0",
        ),
        (
            "\t\tvring_interrupt(0, device->ring);",
            "\t\tvring_interrupt(0, vring_interrupt);",
            "`vring_interrupt` in vu_req_interrupt() once, found it 2 times",
        ),
        (
            "static void vu_del_vq(",
            "static void gone(",
            "the function vu_del_vq() once, found it 0",
        ),
        ("#define MAX_SUPPORTED_QUEUE_SIZE", "#define MOST", "the rings' size once, found it 0"),
        (
            "struct ring;\n",
            "static void vu_del_vq(void)\n{\n}\n",
            "the function vu_del_vq() once, found it 2 times",
        ),
        (DRIVER[-2:], "", "found no end of the function vu_setup_vq()"),
    ],
)
def test_a_place_that_is_missing_or_ambiguous_is_an_error(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    source = DRIVER.replace(before, after) if after else DRIVER.removesuffix(before)
    assert source != DRIVER
    tree = tree_with(tmp_path, source)
    with pytest.raises(ToolBrokeError, match=re.escape(message)) as caught:
        changes.apply(tree)
    assert "virtio_uml.c" in caught.value.message and "Linux 6.1" in caught.value.hint
    assert (tree / changes.DRIVER).read_text() == source, "nothing is changed"
    assert not (tree / changes.DRIVER).with_name("fwgen_rings.h").exists()


def test_a_source_without_the_driver_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolBrokeError, match="No such file"):
        changes.apply(tmp_path)


def test_changes_are_not_made_twice(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, DRIVER)
    changes.apply(tree)
    once = (tree / changes.DRIVER).read_text()
    with pytest.raises(ToolBrokeError):
        changes.apply(tree)
    assert (tree / changes.DRIVER).read_text() == once
