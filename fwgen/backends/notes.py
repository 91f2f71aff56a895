"""What an application's events mean for the run's record; the same for every kind of Linux."""

from __future__ import annotations

from fwgen.backends.ledger import Ledger
from fwgen.peer.called import call_words
from fwgen.peer.events import (
    Called,
    Event,
    Lost,
    NewLog,
    NumberingRestarted,
    Online,
    Samples,
    SpecMismatch,
    Started,
    StatusReceived,
)
from fwgen.peer.started import started_words
from fwgen.service.items import Dated
from fwgen.words import count


def note_samples(ledger: Ledger, samples: Samples, at_us: int, dated: Dated | None = None) -> None:
    """The application has stored these samples, which it received at `at_us` and `dated`."""
    ledger.heard(samples, at_us)
    if ledger.dater is not None:
        ledger.dater.stored(samples, dated)
    block = samples.block
    ledger.deliver(block, samples.skip, at_us)
    if not samples.own_spec:
        what = f"{count(block.count - samples.skip, 'sample')} from number {block.first_seq} on"
        ledger.event(f"{what} were taken under another spec ({block.spec.hex()})", at_us)


def note_lost(ledger: Ledger, lost: Lost, at_us: int) -> None:
    ledger.heard(lost, at_us)
    what = f"{count(lost.count, 'sample')} from number {lost.first_seq} on"
    if lost.declared:
        ledger.gap(lost.first_seq, lost.count, at_us, lost.stream)
        ledger.event(f"the firmware declares lost: {what}", at_us)
    else:
        ledger.event(f"missing and not declared lost: {what}", at_us)


def note_event(ledger: Ledger, event: Event, at_us: int) -> None:
    """Any other event."""
    ledger.heard(event, at_us)
    if isinstance(event, StatusReceived):
        ledger.status(event.status)
    elif isinstance(event, SpecMismatch):
        ledger.event("the firmware was built from another spec", at_us)
    elif isinstance(event, NewLog):
        ledger.new_log(at_us)
        ledger.event("the firmware has lost its log and started a new one", at_us)
    elif isinstance(event, NumberingRestarted):
        ledger.wire.forget_numbers()
        ledger.event("the firmware's log was damaged: it uses numbers again", at_us)
    elif isinstance(event, Called):
        ledger.called(event.call)
        ledger.event(f"the firmware has called Linux: {call_words(event.call)}", at_us)
    elif isinstance(event, Started):
        ledger.start(event.start, at_us)
        for words in started_words(event.start):
            ledger.event(words, at_us)
    elif isinstance(event, Online):
        ledger.online(at_us)
        if event.restarted:
            ledger.event("the firmware has restarted", at_us)
