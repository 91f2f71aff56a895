"""A block as a list of samples and a string of bits: a simple writer of docs/SPEC.md."""

from __future__ import annotations

from tests.second_reader.reader import HAVE_DISTANCE, State, checked, crc16

STREAM_BITS = 3616


def bits_of(number: int, width: int) -> str:
    return f"{number:0{width}b}" if width else ""


def spelt(status: int, distance: int, late: int) -> str:
    mark = "110" + bits_of(late, 4) if late else ""
    return mark + bits_of(status, 3) + (bits_of(distance, 13) if status in HAVE_DISTANCE else "")


def code(state: State, status: int, distance: int, late: int) -> str:
    usual = status == state.status and not late
    if state.status not in HAVE_DISTANCE:
        return "1" if usual else "0" + spelt(status, distance, late)
    if usual:
        k = (state.mean * 5 >> 7).bit_length()
        r = distance - (state.expected + 128 >> 8)
        n = 2 * r if r >= 0 else -2 * r - 1
        if n >> k < 6:
            return "0" * (n >> k) + "1" + bits_of(n % 2**k, k)
        if n - (6 << k) < 256:
            return "000000111" + bits_of(n - (6 << k), 8)
    return "000000" + spelt(status, distance, late)


class PlainBlock:
    """`first_seq` continues beyond 2**32."""

    def __init__(
        self,
        first_seq: int,
        period_us: int,
        start_us: int,
        boot: int,
        word: int,
        late: int,
        spec: bytes = bytes(4),
    ) -> None:
        self.first_seq = first_seq
        self.samples = [(word, late)]
        self.bits = ""
        self._period_us = period_us
        self._start_us = start_us
        self._boot = boot
        self._spec = spec
        self._state = State(word >> 13, word & 0x1FFF)

    @property
    def end_seq(self) -> int:
        return self.first_seq + len(self.samples)

    def append(self, word: int, late: int, limit: int = STREAM_BITS) -> bool:
        bits = code(self._state, word >> 13, word & 0x1FFF, late)
        if len(self.bits) + len(bits) > limit:
            return False
        self.bits += bits
        self.samples.append((word, late))
        self._state.learn(word >> 13, word & 0x1FFF)
        return True

    def data(self) -> bytes:
        """Return the bytes as sent over the wire, with the unused last bits 0."""
        header = (self.first_seq % 2**32).to_bytes(4, "little")
        header += self._period_us.to_bytes(4, "little") + self._start_us.to_bytes(8, "little")
        header += self._boot.to_bytes(4, "little") + self._spec + bytes(2)
        crc = crc16(header + b"".join(checked(word, late) for word, late in self.samples))
        word, late = self.samples[0]
        commit = len(self.samples) | late << 12 | crc << 16
        stream = self.bits + "0" * (-len(self.bits) % 8)
        return (
            b"FWB2"
            + commit.to_bytes(4, "little")
            + header
            + word.to_bytes(2, "little")
            + (int(stream, 2).to_bytes(len(stream) // 8) if stream else b"")
        )
