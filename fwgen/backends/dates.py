"""Linux's clock, which is apart from the firmware's, and the times that the service gives samples.

Scenario time is the firmware's clock. The service dates each block when it receives it, as on a
board (fwgen.service.dating); a new application knows the last sample that was stored.

The service assumes that a message takes at most `MOST_DELAY_US`. If one takes longer, the times
that rest on it may be off by as much more, and not by more: the dating only takes means of its
pairs, and the narrower of two bounds.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np

from fwgen.peer.events import Samples
from fwgen.record import Dates
from fwgen.service.dating import MOST_DELAY_US, Dating, LastDated
from fwgen.service.items import Dated
from fwgen.wire.block import Block
from fwgen.wire.messages import Hello, Message, PeerHello, Status

_MILLION = 1_000_000
_STREAMS = 2


def _numbers() -> tuple[array[float], ...]:
    return tuple(array("d") for _ in range(_STREAMS))


@dataclass
class Dater:
    """`ppm`: how much faster the firmware's clock runs. By stream and block: `utc_us` and `step_us`
    of its samples, `within_us`, negative if their time is not known, and `late_us`, by which late
    messages may have misled the service."""

    ppm: int
    dating: Dating = field(default_factory=Dating)
    _last: LastDated | None = None
    _shift_us: int = 0
    _began_us: int | None = None  # when the firmware's clock began
    _session: int = 0
    _speaks: tuple[int, int] | None = None  # log and boot
    _most_late_us: int = 0  # the most that a message was later than the service assumes
    _sound_us: dict[tuple[int, int], int] = field(default_factory=dict)
    """By log and boot: from when on, of the firmware's clock, no late message has an influence."""
    _utc_us: tuple[array[float], ...] = field(default_factory=_numbers)
    _step_us: tuple[array[float], ...] = field(default_factory=_numbers)
    _within_us: tuple[array[float], ...] = field(default_factory=_numbers)
    _late_us: tuple[array[float], ...] = field(default_factory=_numbers)

    def linux_us(self, at_us: int) -> int:
        """Return Linux's time of an instant."""
        return at_us - at_us * self.ppm // _MILLION

    def at_us(self, linux_us: int) -> int:
        """Return the first instant that has this time of Linux, or a later one."""
        at_us = linux_us * _MILLION // (_MILLION - self.ppm)
        while self.linux_us(at_us) >= linux_us:
            at_us -= 1
        while self.linux_us(at_us) < linux_us:
            at_us += 1
        return at_us

    def start(self) -> None:
        """An application starts."""
        self.dating = Dating(self._last)
        self._sound_us.clear()
        self._speaks = None

    def began(self, at_us: int) -> None:
        """The firmware starts, and its clock."""
        self._began_us = at_us

    def watch(self, message: Message | Block, leaves: bool, at_us: int) -> None:
        """The session sends this message, or has received it."""
        self.dating.watch(message, leaves, self.linux_us(at_us))
        if isinstance(message, PeerHello):
            self._session = message.session
        elif isinstance(message, Hello) and message.session == self._session:
            self._speaks = (message.log, message.boot)
            self._note_delay(message.time_us, at_us)
        elif isinstance(message, Status):
            self._note_delay(message.time_us, at_us)

    def _note_delay(self, device_us: int, at_us: int) -> None:
        if self._began_us is None or self._speaks is None:
            return
        took_us = self.linux_us(at_us) - self.linux_us(self._began_us + device_us)
        if took_us > MOST_DELAY_US:
            self._most_late_us = max(self._most_late_us, took_us - MOST_DELAY_US)
            self._sound_us.clear()
        elif took_us < self._most_late_us:  # it shows the service that those before were late
            self._sound_us.setdefault(self._speaks, device_us)

    def date(self, samples: Samples) -> Dated | None:
        """The application has received samples."""
        return self.dating.date(samples.log, samples.block, samples.skip, 0.0)

    def stored(self, samples: Samples, dated: Dated | None) -> None:
        """The application has stored samples with this time."""
        block, stream = samples.block, samples.block.stream
        none = Dated(0.0, 0.0, -1, "")
        utc_us, step_us, within_us, _ = dated or none
        self._utc_us[stream].append(utc_us)
        self._step_us[stream].append(step_us)
        self._within_us[stream].append(within_us)
        sound_us = self._sound_us.get((samples.log, block.boot))
        sound = sound_us is not None and block.start_us >= sound_us
        self._late_us[stream].append(0 if sound else self._most_late_us)
        if dated is not None:
            count = block.count - 1
            device_us = block.start_us + count * block.period_us
            last_us = round(utc_us + (count - samples.skip) * step_us)
            self._last = LastDated(samples.log, block.boot, device_us, last_us, within_us)

    def shift(self, by_us: int) -> None:
        """Scenario time is `by_us` ahead of the clock that `linux_us` was given."""
        self._shift_us += by_us

    def dates(self, stream: int) -> Dates:
        """Return the times of a stream's blocks."""
        return Dates(
            self.ppm,
            self._shift_us,
            np.array(self._utc_us[stream]),
            np.array(self._step_us[stream]),
            np.array(self._within_us[stream]),
            np.array(self._late_us[stream]),
        )
