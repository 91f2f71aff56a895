"""Firmware, peer and the channel between them as one finite machine that a search can cover.

Both sides use the product's table. The rest is what can happen between them: messages and doorbells
that are delayed, doorbells that are lost or arrive twice, an interrupt that is handled late, an
application that dies, a Linux that reboots, an M33 that is reset, a suspend that is cancelled.

Ids are never used twice. Only one fact about an id matters: whether it is the last one (capital
letter) or an older one (small letter). So the machine is finite although it never ends.

    to_fw    H hello   S sleep   W wake   a acknowledgement of samples (has no id)
    to_peer  H hello that answers   ? hello that asks   S sleep-ack   W wake-ack

The model has no clock, only an order of steps, under two assumptions:
  1. The firmware's guard ends after all doorbells have arrived that were rung before its SLEEP
     acknowledgement went out (`bell_old`).
     The same is true of the time that a firmware waits after a reset before it trusts doorbells.
  2. The peer's guard ends after all doorbells have arrived that were rung before it read the
     acknowledgement (it has rung none since: all of them), and after the firmware has finished with
     the ring that holds it.
"Arrived" means that the interrupt noted the doorbell. The thread may handle it after any
guard. The model assumes nothing about doorbells of vq0: they may arrive at any moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from fwgen.handshake import Machine, machine

RING = 2
"""Messages that a ring holds: enough for an old request before a new one.

The real rings hold eight and do not fill: the firmware can miss one message in a guard and hears
the next. So the model drops a message that finds no room, and still rings its doorbell."""


class World(NamedTuple):
    fw: str = "detached"
    answer: str = ""  # waits to be sent: a letter of to_peer
    busy: bool = False  # the SLEEP acknowledgement can be read, its sender is not done yet
    session: str = ""  # that the firmware knows: H the last one, h an older one
    note: bool = False  # vq1's interrupt was noted and not handled
    bell_old: bool = False  # vq1's doorbell, rung before the last SLEEP acknowledgement went out
    bell_new: bool = False
    link_news: str = ""  # what the firmware will see when it looks: "up", "down"
    device: bool = False  # the virtio device is there
    reset: str = ""  # the firmware is new to the rings: "fresh"; "settled": old doorbells are over
    peer: str = "offline"
    wish: bool = False
    linux: str = "up"  # up; going: may suspend any moment; down: DDR is closed
    to_fw: str = ""
    to_peer: str = ""


Step = tuple[str, World]

_TO_FIRMWARE = {"h": "rx_hello", "s": "rx_sleep", "w": "rx_wake", "a": "rx_ack"}
_TO_PEER = {
    "H": "rx_hello",
    "?": "rx_ask",
    "S": "rx_sleep_ack",
    "s": "rx_old_sleep_ack",
    "W": "rx_wake_ack",
}


class TouchError(AssertionError):
    """The firmware used a ring in a state where it must not."""


@dataclass(frozen=True)
class Model:
    """The machine; `faults`: whether faults happen, or only the steps of a good run."""

    firmware: Machine
    peer: Machine
    faults: bool = True

    @staticmethod
    def of_the_product() -> Model:
        return Model(machine("firmware"), machine("peer"))

    def without_faults(self) -> Model:
        return replace(self, faults=False)

    # ------------------------------------------------------------------------------- firmware

    def fire_fw(self, w: World, event: str, letter: str = "") -> World:
        row = self.firmware.step(w.fw, event)
        touches = self.firmware.actions[row.action].touches_link
        if touches and (w.linux == "down" or not self.door_open(w)):
            raise TouchError(f"{event} makes the firmware {row.action} in state {w.fw}")
        w = w._replace(fw=row.next)
        act = _FIRMWARE_ACTIONS.get(row.action)
        if act is not None:
            w = act(w, letter)
        if row.action in ("answer", "stream") and w.answer and len(w.to_peer) < RING:
            sent = w.answer
            w = w._replace(answer="", to_peer=w.to_peer + sent, busy=sent in "Ss")
        if w.fw == "draining":  # as good as awake (test_table.py): has no worlds of its own here
            return w._replace(fw=self.firmware.step("draining", "drained").next)
        return w

    def door_open(self, w: World) -> bool:
        return self.firmware.states[w.fw].link_open

    def _firmware_turn(self, w: World) -> Iterator[Step]:
        """Check the link, handle the noted doorbell, read the messages in the ring."""
        if w.busy:
            yield "fw: has sent", self.fire_fw(_age_bells(w)._replace(busy=False), "ack_out")
            return
        if w.link_news:
            yield "fw: link", self.fire_fw(w._replace(link_news=""), f"link_{w.link_news}")
            return
        if w.reset:
            yield from self._new_to_the_rings(w)
            return
        if self.faults:
            yield "fw: vq0", self.fire_fw(w, "tx_ready")
        if w.note:
            yield "fw: vq1", self._read_ring(self.fire_fw(w._replace(note=False), "doorbell"))
        yield "fw: poll", self.fire_fw(w, "due")
        if self.door_open(w) and w.to_fw:
            yield "fw: reads", self._read_ring(w)

    def _new_to_the_rings(self, w: World) -> Iterator[Step]:
        """Attach to the existing rings after a reset of the M33 alone.

        A doorbell that was rung after the reset is the condition: it shows that Linux is awake.
        """
        if w.reset == "fresh" and not w.bell_old:
            yield "fw: settles", w._replace(reset="settled", note=False)
        elif w.note and w.reset == "settled":
            heard = self.fire_fw(w._replace(reset="", note=False), "link_up")
            yield "fw: vq1", self._read_ring(self.fire_fw(heard, "doorbell"))
        elif w.note:
            yield "fw: vq1", self.fire_fw(w._replace(note=False), "doorbell")

    def _read_ring(self, w: World) -> World:
        while w.to_fw and self.door_open(w):
            letter, rest = w.to_fw[0], w.to_fw[1:]
            w = self.fire_fw(w._replace(to_fw=rest), _TO_FIRMWARE[letter.lower()], letter)
        return w

    def _firmware_timers(self, w: World) -> Iterator[Step]:
        if w.busy:
            return
        timer = self.firmware.states[w.fw].timer
        in_order = timer != "guard" or not w.bell_old
        if timer and in_order and (self.faults or timer != "silence"):
            yield f"fw: {timer} over", self.fire_fw(w, "timeout")
        if self.faults and not self.door_open(w):
            yield "fw: a reason to call Linux", self.fire_fw(w, "call")

    # ----------------------------------------------------------------------------------- peer

    def fire_peer(self, w: World, event: str) -> World:
        row = self.peer.step(w.peer, event)
        entered = row.next != w.peer
        w = w._replace(peer=row.next)
        w = _PEER_ACTIONS.get(row.action, _nothing)(w, event)
        if entered and w.peer == "online" and w.wish:
            return self.fire_peer(w, "suspend")
        return w

    def _application(self, w: World) -> Iterator[Step]:
        if w.linux == "going" and self.faults:
            yield "linux: DDR closes", w._replace(linux="down")
        if w.linux == "down":
            yield "linux: wakes", w._replace(linux="up")
            return
        if w.to_peer:
            yield "peer: reads", self._peer_reads(w)
        if w.peer == "offline" and w.device and w.linux == "up" and not w.link_news:
            yield "peer: starts", self.fire_peer(w, "start")
        yield from self._peer_timers(w)
        if w.peer == "suspended" or (self.faults and w.peer in ("asking", "quiet")):
            yield "peer: resume", self.fire_peer(w._replace(linux="up", wish=False), "resume")
        if self.faults and w.linux == "up":
            yield "peer: wants to suspend", self.fire_peer(w, "suspend")
            if w.peer == "online" and len(w.to_fw) < RING:
                yield "peer: acknowledges", _ring(w._replace(to_fw=w.to_fw + "a"))

    def _peer_reads(self, w: World) -> World:
        letter = w.to_peer[0]
        w = w._replace(to_peer=w.to_peer[1:])
        event = self.hears(letter)
        return self.fire_peer(w, event) if event else w

    def hears(self, letter: str) -> str | None:
        """Return the event that a message causes in the peer; None: it is of an earlier session."""
        return _TO_PEER.get(letter)

    def _peer_timers(self, w: World) -> Iterator[Step]:
        timer = self.peer.states[w.peer].timer
        if timer == "guard":
            if not (w.bell_old or w.bell_new or w.busy):
                yield "peer: guard over", self.fire_peer(w, "timeout")
        elif timer:
            yield f"peer: {timer}", self.fire_peer(w, "timeout")
        if self.faults and w.wish:
            yield "peer: gives up", self.fire_peer(w._replace(wish=False), "gave_up")

    # --------------------------------------------------------------------------------- channel

    def _doorbells(self, w: World) -> Iterator[Step]:
        for bell in ("bell_old", "bell_new"):
            if getattr(w, bell):
                yield f"{bell} arrives", _silence(w, bell)._replace(note=True)
                if self.faults:
                    yield f"{bell} arrives, and will again", w._replace(note=True)
                    yield f"{bell} is lost", _silence(w, bell)

    def _misfortunes(self, w: World) -> Iterator[Step]:
        if self.faults:
            yield "M33 is reset", _reset_firmware(w)
            yield "Linux reboots", _reboot_linux(w)
            if w.linux == "up" and w.peer != "offline":
                yield "application dies", _forget_session(w)
        if w.linux == "up" and (not w.device or (w.reset and self.faults)):
            yield "device comes up", _new_device(w)

    def steps(self, w: World) -> Iterator[Step]:
        """Return every step that may happen next."""
        yield from self._doorbells(w)
        yield from self._firmware_turn(w)
        yield from self._application(w)
        yield from self._misfortunes(w)
        yield from self._firmware_timers(w)


# ------------------------------------------------------------------------------ what actions do


def _nothing(w: World, _: str) -> World:
    return w


def _ring(w: World) -> World:
    return w._replace(bell_new=True)


def _age_bells(w: World) -> World:
    return w._replace(bell_old=w.bell_old or w.bell_new, bell_new=False)


def _silence(w: World, bell: str) -> World:
    """Without this doorbell: bell_old or bell_new."""
    if bell == "bell_old":
        return w._replace(bell_old=False)
    return w._replace(bell_new=False)


def _forget_link(w: World, _: str) -> World:
    return w._replace(answer="", session="")


_FIRMWARE_ACTIONS: dict[str, Callable[[World, str], World]] = {
    "attach": _forget_link,
    "detach": _forget_link,
    "ask": lambda w, _: w._replace(answer="?", session=""),
    "welcome": lambda w, letter: w._replace(answer=letter, session=letter),
    "resume": lambda w, letter: w._replace(answer=letter),
    "promise": lambda w, letter: w._replace(answer=letter),
    "clear_bells": lambda w, _: w._replace(note=False),
}


def _send(w: World, letter: str) -> World:
    return _ring(w._replace(to_fw=(w.to_fw + letter)[:RING]))


def _outdate(w: World, letter: str) -> World:
    """Mark all other ids of the same kind as old, because a new one was sent."""
    old = letter.lower()
    return w._replace(
        to_fw=w.to_fw.replace(letter, old),
        to_peer=w.to_peer.replace(letter, old),
        answer=w.answer.replace(letter, old),
    )


def _send_sleep(w: World, _: str) -> World:
    return _send(_outdate(w._replace(wish=True), "S"), "S")


def _send_wake(w: World, event: str) -> World:
    return _send(w if event == "timeout" else _outdate(w, "W"), "W")


_PEER_ACTIONS: dict[str, Callable[[World, str], World]] = {
    "send_hello": lambda w, _: _send(w, "H"),
    "send_sleep": _send_sleep,
    "send_wake": _send_wake,
    "refuse_and_wake": lambda w, event: _send_wake(w._replace(wish=False), event),
    "refuse": lambda w, _: w._replace(wish=False),
    "remember": lambda w, _: w._replace(wish=True),
    "hold_still": lambda w, _: w._replace(wish=False),
    "permit": lambda w, _: w._replace(linux="going"),
    "leave": lambda w, _: w._replace(wish=False),
}


def _forget_session(w: World) -> World:
    """End the application. Its messages and the answers to them are still in flight."""
    return w._replace(
        peer="offline",
        wish=False,
        session=w.session.lower(),
        to_fw=w.to_fw.lower(),
        to_peer=w.to_peer.lower(),
        answer=w.answer.lower(),
    )


def _new_device(w: World) -> World:
    w = _forget_session(w)._replace(bell_old=False, bell_new=False, note=False)
    return w._replace(device=True, link_news="up", reset="", to_fw="", to_peer="")


def _reboot_linux(w: World) -> World:
    w = _forget_session(w)._replace(to_fw="", to_peer="", linux="up")
    return w._replace(device=False, reset="", link_news="" if w.fw == "detached" else "down")


def _reset_firmware(w: World) -> World:
    """Reset the M33; Linux does not notice, unless its remoteproc recovers with a new device."""
    w = _age_bells(_forget_link(w, ""))
    w = w._replace(fw="detached", busy=False, note=False, link_news="")
    return w._replace(reset="fresh" if w.device else "")
