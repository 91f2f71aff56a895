"""The firewall's words, field by field. The numbers are the values of OP-TEE's own macros."""

import pytest

from fwgen.verify import firewall


@pytest.mark.parametrize(
    ("word", "says", "cids"),
    [
        (0x30, "open to every compartment", {1, 2, 3}),
        (0x20130, "only compartment 0", {0}),
        (0x1130, "only compartment 1", {1}),
        (0x22130, "only compartment 2", {2}),
        (0x0330, "protected by a semaphore", set()),
        (0x11130, "secure, compartment 1", set()),
        (0x10030, "secure", set()),
    ],
)
def test_a_peripheral(word: int, says: str, cids: set[int]) -> None:
    decoded = firewall.peripheral(word)
    assert decoded.id == 0x30
    assert str(decoded) == says
    assert {cid for cid in (0, 1, 2, 3) if decoded.open_to(cid)} >= cids
    assert decoded.open_to(2) == (2 in cids)


@pytest.mark.parametrize(
    ("word", "says", "cids"),
    [
        (0x00000000, "non-secure, every compartment", {1, 2, 5}),
        (0x04000000, "secure, every compartment", set()),
        (0x01060600, "non-secure, read by 1, 2, written by 1, 2", {1, 2}),
        (0x01020600, "non-secure, read by 1, 2, written by 1", {1}),
        (0x05040402, "secure, read by 2, written by 2", set()),
        (0x01000000, "non-secure, read by none, written by none", set()),
    ],
)
def test_internal_ram(word: int, says: str, cids: set[int]) -> None:
    decoded = firewall.risab(word)
    assert str(decoded) == says
    assert {cid for cid in (1, 2, 5) if decoded.open_to(cid)} == cids


@pytest.mark.parametrize(
    ("word", "cids"),
    [
        (0x06060015, {1, 2}),
        (0x07070015, {1, 2}),
        (0x02020015, {1}),
        (0x06060035, set()),
        (0x06060005, set()),
    ],
)
def test_ddr(word: int, cids: set[int]) -> None:
    decoded = firewall.risaf(word)
    assert {cid for cid in (1, 2) if decoded.open_to(cid)} == cids


@pytest.mark.parametrize(
    ("words", "last_wins", "says"),
    [
        ([0x10030, 0x2130], False, "secure, compartment 2"),
        ([0x10030, 0x2130], True, "only compartment 2"),
        ([0x2130, 0x11130], True, "secure, compartment 1"),
        ([0x2130, 0x11131], False, "only compartment 2"),
    ],
)
def test_a_resource_that_is_listed_twice(words: list[int], last_wins: bool, says: str) -> None:
    assert str(firewall.listed(words, 0x30, last_wins=last_wins)) == says
    assert firewall.listed(words, 0x32, last_wins=last_wins) is None
