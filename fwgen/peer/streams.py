"""The log that a session knows, and the positions in it: one receiver for each sensor."""

from __future__ import annotations

from fwgen.peer.events import Event, NewLog, NumberingRestarted, Online, StreamFound
from fwgen.peer.incoming import boot_distance
from fwgen.peer.known import Known
from fwgen.peer.receiver import Receiver
from fwgen.wire.log_format import BLOCK_SPEC_BYTES
from fwgen.wire.messages import Ack, Hello, StreamAck, StreamInfo, seq_distance


class Streams:
    """`known`: what an earlier session knew."""

    def __init__(self, known: Known | None) -> None:
        self._boot = known.boot if known else None
        self.first = Receiver(known.next_seq if known else None)
        self.second = Receiver(known.next_seq_1 if known else None, stream=1)
        self.both = self.first, self.second
        self.first.log = self.second.log = known.log if known else 0
        self.has_second = False
        """The firmware has said so since its last answer."""
        self.has_gone_back = False
        """The firmware's last answer came from a log that has lost the newest starts."""
        self._second_is_void = False  # its log has lost the numbers that are known

    @property
    def known(self) -> Known | None:
        """What the next session needs to continue after the processed samples."""
        if self.first.processed is None or self._boot is None:
            return None
        return Known(self.first.log, self.first.processed, self._boot, self.second.processed)

    @property
    def log(self) -> int:
        return self.first.log

    @property
    def duplicates(self) -> int:
        """Samples that were received more than once."""
        return self.first.duplicates + self.second.duplicates

    @property
    def lack(self) -> bool:
        """Whether, with two sensors, a block of either is missing."""
        return self.has_second and (self.first.lacks or self.second.lacks)

    @property
    def in_work(self) -> bool:
        """Whether the application still works on samples, so that the firmware must only wait."""
        return self.first.in_work or self.second.in_work

    def adopt(self, hello: Hello) -> list[Event]:
        """Continue in the log of the firmware's answer. Return what is new; Online is the last."""
        known, self._boot = self.known, hello.boot
        self.has_second = self.has_gone_back = False
        for receiver in self.both:
            receiver.spec = hello.spec_hash[:BLOCK_SPEC_BYTES]
        events: list[Event] = []
        if known is not None and known.log == hello.log:
            events += self._go_on(hello, known)
        else:
            self.first.log = self.second.log = hello.log
            self.first.begin(hello.oldest_seq)
            self.second.begin(None)
            self._second_is_void = False
            if known is not None:
                events.append(NewLog(known, hello.log, hello.oldest_seq))
        restarted = known is not None and (known.log, known.boot) != (hello.log, hello.boot)
        return [*events, Online(hello, restarted)]

    def _go_on(self, hello: Hello, known: Known) -> list[Event]:
        """Continue in the known log, unless it has lost samples that the session knows."""
        self.has_gone_back = boot_distance(hello.boot, known.boot) < 0
        self._second_is_void |= self.has_gone_back
        if self.has_gone_back or seq_distance(hello.next_seq, known.next_seq) < 0:
            self.first.begin(hello.oldest_seq)
            return [NumberingRestarted(known.next_seq, hello.oldest_seq)]
        self.first.note_new_beginning()
        return []

    def find_second(self, info: StreamInfo) -> list[Event]:
        """The firmware sends the second stream after its answer, and from the number in it on."""
        if self.has_second:
            return []
        self.has_second = True
        expected = self.second.processed
        if self._second_is_void:
            self.second.begin(info.oldest_seq)
        else:
            expected = self.second.go_on(info.oldest_seq, info.next_seq)
        self._second_is_void = False
        found = StreamFound(info)
        if expected is None:
            return [found]
        return [NumberingRestarted(expected, info.oldest_seq, stream=1), found]

    def note_new_beginning(self) -> None:
        """The firmware sends again from what is processed."""
        for receiver in self.both:
            receiver.note_new_beginning()

    def ack(self) -> Ack:
        return Ack(self.first.processed or 0, self.log)

    def second_ack(self) -> StreamAck:
        return StreamAck(1, self.second.processed or 0, self.second.log)
