"""Linux's mailbox queues what finds the channel occupied, and rings again later."""

from __future__ import annotations

from fwgen.peer.linux.mailbox import QUEUE, Mailbox


def test_a_ring_waits_until_the_channel_is_freed() -> None:
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


def test_a_full_queue_drops_the_kick_and_logs_it() -> None:
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


def test_a_restart_of_linux_forgets_old_rings() -> None:
    rung: list[int] = []
    mailbox = Mailbox(rung.append, lambda line: None)
    mailbox.send(0)
    mailbox.send(0)
    mailbox.restart()
    mailbox.freed(0)
    assert rung == [0]
    mailbox.send(0)
    assert rung == [0, 0]
