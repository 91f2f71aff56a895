"""Linux's mailbox queues what finds the channel occupied, and rings again later."""

from __future__ import annotations

from fwgen.peer.linux.mailbox import QUEUE, Mailbox


def test_a_ring_waits_until_the_last_one_was_taken() -> None:
    rung: list[int] = []
    mailbox = Mailbox(rung.append, lambda line: None)
    mailbox.send(0)
    mailbox.send(0)
    mailbox.send(1)
    assert rung == [0, 1]
    mailbox.freed(0)
    assert rung == [0, 1, 0], "late: what it tells of may long be known"
    mailbox.freed(0)
    mailbox.freed(0)
    assert rung == [0, 1, 0]
    mailbox.send(0)
    assert rung == [0, 1, 0, 0]


def test_a_full_queue_loses_the_kick_and_says_so() -> None:
    rung: list[int] = []
    log: list[str] = []
    mailbox = Mailbox(rung.append, log.append)
    for _ in range(QUEUE + 1):
        mailbox.send(0)
    assert not log
    mailbox.send(0)
    assert log == ["kick: failed (channel 0, err:-105)"]
    for _ in range(QUEUE + 5):
        mailbox.freed(0)
    assert len(rung) == QUEUE + 1


def test_a_new_linux_knows_of_no_old_ring() -> None:
    rung: list[int] = []
    mailbox = Mailbox(rung.append, lambda line: None)
    mailbox.send(0)
    mailbox.send(0)
    mailbox.restart()
    mailbox.freed(0)
    assert rung == [0]
    mailbox.send(0)
    assert rung == [0, 0]
