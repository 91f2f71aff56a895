"""A block as a list of samples and a string of bits: a simple writer of docs/SPEC.md."""

from __future__ import annotations

from tests.core.samples import DISTANCE, Full, full
from tests.second_reader.reader import HAVE_VALUES, Channel, State, checked, crc16

STREAM_BITS = 3616


def bits_of(number: int, width: int) -> str:
    return f"{number:0{width}b}" if width else ""


def spelt(widths: tuple[int, ...], sample: Full) -> str:
    status, values, late = sample
    mark = "110" + bits_of(late, 4) if late else ""
    return mark + bits_of(status, 3) + "".join(map(bits_of, values, widths))


def residual(channel: Channel, value: int, first: bool) -> str:
    k, r = channel.k(), channel.residual(value)
    n = 2 * r if r >= 0 else -2 * r - 1
    if n >> k < 6:
        return "0" * (n >> k) + "1" + bits_of(n % 2**k, k)
    if n - (6 << k) < 256:
        return "000000" + ("111" if first else "1") + bits_of(n - (6 << k), 8)
    return "0000000" + bits_of(value, channel.width)


def code(state: State, sample: Full) -> str:
    status, values, late = sample
    usual = status == state.status and not late
    if state.status not in HAVE_VALUES:
        return "1" if usual else "0" + spelt(state.widths, sample)
    named = "000000" + spelt(state.widths, sample)
    if usual:
        codes = [
            residual(channel, value, channel is state.channels[0])
            for channel, value in zip(state.channels, values, strict=True)
        ]
        # Where a channel needs its value, the first one needs a kind before it.
        if codes[0].startswith("0000000"):
            return named
        usual_code = "".join(codes)
        if len(usual_code) <= len(named):
            return usual_code
    return named


class PlainBlock:
    """`first_seq` continues beyond 2**32. `first`: a sample, or the word of one with one distance
    (see samples.py), which is `late` then."""

    def __init__(
        self,
        first_seq: int,
        period_us: int,
        start_us: int,
        boot: int,
        first: int | Full,
        late: int = 0,
        spec: bytes = bytes(4),
        widths: tuple[int, ...] = DISTANCE,
        stream: int = 0,
    ) -> None:
        sample = full(first, late) if isinstance(first, int) else first
        self.first_seq = first_seq
        self.samples = [sample]
        self.bits = spelt(widths, sample)
        self.stream = stream
        self.widths = widths
        self._period_us = period_us
        self._start_us = start_us
        self._boot = boot
        self._spec = spec
        self.state = State(widths, sample)
        self.room = STREAM_BITS - 32 * (len(widths) // 4)

    @property
    def end_seq(self) -> int:
        return self.first_seq + len(self.samples)

    def append(self, word: int, late: int, limit: int = STREAM_BITS) -> bool:
        return self.add(full(word, late), limit)

    def add(self, sample: Full, limit: int = STREAM_BITS) -> bool:
        bits = code(self.state, sample)
        if len(self.bits) + len(bits) > max(self.room, limit if limit > STREAM_BITS else 0):
            return False
        self.bits += bits
        self.samples.append(sample)
        self.state.learn(*sample[:2])
        return True

    def data(self) -> bytes:
        """Return the bytes as sent over the wire, with the unused last bits 0."""
        header = (self.first_seq % 2**32).to_bytes(4, "little")
        header += self._period_us.to_bytes(4, "little") + self._start_us.to_bytes(8, "little")
        header += self._boot.to_bytes(4, "little") + self._spec
        shape = bytes([self.stream | len(self.widths) << 4, *self.widths])
        header += shape + bytes(-len(shape) % 4)
        crc = crc16(header + b"".join(checked(self.widths, sample) for sample in self.samples))
        commit = len(self.samples) | crc << 16
        stream = self.bits + "0" * (-len(self.bits) % 8)
        return (
            b"FWB3"
            + commit.to_bytes(4, "little")
            + header
            + (int(stream, 2).to_bytes(len(stream) // 8) if stream else b"")
        )
