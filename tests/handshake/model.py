"""Firmware, peer and the channel between them as one finite machine that a search can cover.

Both sides use the product's table. The rest is what can happen between them: messages and doorbells
that are delayed, doorbells that are lost or arrive twice, an interrupt that is handled late, an
application that dies, a Linux that reboots, an M33 that is reset, a suspend that is cancelled, a
suspend that the firmware is not told of, a call to Linux that nobody notices.

Ids are never used twice. Only one fact about an id matters: whether it is the last one (capital
letter) or an older one (small letter). So the machine is finite although it never ends.

    to_fw    H hello   S sleep   W wake   a acknowledgement of samples (has no id)
    to_peer  H hello that answers   ? hello that asks   S sleep-ack   W wake-ack

Two kinds of sleep. In one that the firmware has agreed to (`linux` is "down") the handshake alone
must keep the door shut. If somebody else suspends Linux ("gone"), the door may be open: before each
use of a ring the firmware looks at PWR, and after the A35 was stopped it waits for a doorbell
(`unheard`), because the A35 runs for a while before DDR is open ("rising").

The firmware calls a sleeping Linux for the level of its log or the age of a sample, at any time
while faults happen, and for a condition (`waits`), which it must not forget. Without faults, a
Linux that the firmware has to call is woken by the call alone. After each call a pause runs.

The model has no clock, only an order of steps, under these assumptions:
  1. The firmware's guard ends after all doorbells have arrived that were rung before its SLEEP
     acknowledgement went out (`bell_old`).
     The same is true of the time that a firmware waits after a reset before it trusts doorbells.
  2. The peer's guard ends after all doorbells have arrived that were rung before it read the
     acknowledgement (it has rung none since: all of them), and after the firmware has finished with
     the ring that holds it.
  3. While the A35 is stopped in a suspend that the firmware was not told of, all doorbells arrive
     that were rung before it, and the firmware takes a turn. DDR is closed only while it is
     stopped, or until the kernel runs again (docs/DESIGN.md: "One risk remains").
"Arrived" means that the interrupt noted the doorbell. The thread may handle it after any
guard. The model assumes nothing about doorbells of vq0: they may arrive at any moment.

Not in the model: how long a pause lasts (only that it ends), a peer with another spec or format,
the contents of the log, and the rule that after a reset an A35 that has run for ten seconds counts
as awake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fwgen.handshake import Machine, machine
from tests.handshake.world import (
    FIRMWARE_ACTIONS,
    PEER_ACTIONS,
    RING,
    World,
    age_bells,
    forget_session,
    is_awake,
    new_device,
    nothing,
    reboot_linux,
    reset_firmware,
    ring,
    silence,
)

Step = tuple[str, World]

_TO_FIRMWARE = {"h": "rx_hello", "s": "rx_sleep", "w": "rx_wake", "a": "rx_ack"}
_TO_PEER = {
    "H": "rx_hello",
    "?": "rx_ask",
    "S": "rx_sleep_ack",
    "s": "rx_old_sleep_ack",
    "W": "rx_wake_ack",
}


AGREED = ("hushed", "asleep", "calling", "waking")
"""The firmware has agreed to a sleep and has heard nothing since."""


class ForbiddenError(AssertionError):
    """The firmware did what it must not."""


@dataclass(frozen=True)
class Model:
    """The machine; `faults`: whether faults happen, or only the steps of a good run.

    The other defaults are the product's rules; other values are faults that the search must find.
    """

    firmware: Machine
    peer: Machine
    faults: bool = True
    credulous: bool = False
    """True: the peer takes the acknowledgement of any SLEEP for that of the last."""
    asks_pwr: bool = True
    """Before each use of a ring the firmware looks whether the A35 is stopped."""
    waits_for_doorbell: bool = True
    """After the A35 was stopped, a running one is not enough."""
    deaf_in: tuple[str, ...] = ()
    """States in which a condition is no reason to call Linux, beside those of the product."""
    pause_ends: bool = True
    """False: the firmware calls once."""

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
            raise ForbiddenError(f"{event} makes the firmware {row.action} in state {w.fw}")
        uses = touches and self.uses_rings(w)
        if uses and w.linux in ("gone", "rising"):
            raise ForbiddenError(f"{event} makes the firmware {row.action}, and DDR is closed")
        w = w._replace(fw=row.next)
        act = FIRMWARE_ACTIONS.get(row.action)
        if act is not None:
            w = act(w, letter)
        if row.action == "ring_wakeup" and not self.faults:  # with faults it may end at once
            w = w._replace(paused=True)
        if w.paused or w.unheard:
            is_open = self.door_open(w)  # a shut door opens upon a doorbell: then Linux is awake
            w = w._replace(paused=w.paused and not is_open, unheard=w.unheard and is_open)
        if uses and row.action in ("answer", "stream") and w.answer and len(w.to_peer) < RING:
            sent = w.answer
            w = w._replace(answer="", to_peer=w.to_peer + sent, busy=sent in "Ss")
        if w.fw == "draining":  # as good as awake (test_table.py): has no worlds of its own here
            return w._replace(fw=self.firmware.step("draining", "drained").next)
        return w

    def door_open(self, w: World) -> bool:
        return self.firmware.states[w.fw].link_open

    def uses_rings(self, w: World) -> bool:
        """Return whether the firmware, with an open door, uses the rings: it looks at PWR."""
        stopped = self.asks_pwr and w.linux == "gone"
        return not stopped and not (self.waits_for_doorbell and w.unheard)

    def _firmware_turn(self, w: World) -> Iterator[Step]:
        """Check the link, handle the noted doorbell, read the messages in the ring."""
        if w.busy:
            yield "fw: has sent", self.fire_fw(age_bells(w)._replace(busy=False), "ack_out")
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
            heard = w._replace(note=False, unheard=False)
            yield "fw: vq1", self._read_ring(self.fire_fw(heard, "doorbell"))
        yield "fw: poll", self.fire_fw(w, "due")
        if self._reads(w):
            yield "fw: reads", self._read_ring(w)

    def _new_to_the_rings(self, w: World) -> Iterator[Step]:
        """Attach to the existing rings after a reset of the M33 alone.

        A doorbell that was rung after the reset is the condition: it shows that Linux is awake.
        """
        if w.reset == "fresh" and not w.bell_old:
            yield "fw: settles", w._replace(reset="settled", note=False)
        elif w.note and w.reset == "settled" and w.linux != "gone":
            heard = self.fire_fw(w._replace(reset="", note=False), "link_up")
            yield "fw: vq1", self._read_ring(self.fire_fw(heard, "doorbell"))
        elif w.note:
            yield "fw: vq1", self.fire_fw(w._replace(note=False), "doorbell")

    def _reads(self, w: World) -> bool:
        return w.to_fw != "" and self.door_open(w) and self.uses_rings(w)

    def _read_ring(self, w: World) -> World:
        while self._reads(w):
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
        if w.unheard and w.linux != "rising":
            yield "fw: ten seconds of a running A35", w._replace(unheard=False)
        yield from self._calls(w)

    def _calls(self, w: World) -> Iterator[Step]:
        if self.faults:
            yield "fw: a condition becomes true", self._condition(w)
        if w.paused and self.pause_ends:
            yield "fw: pause over", w._replace(paused=False)
        if w.paused or not self.rings(w.fw):
            return
        if self.faults:
            yield "fw: calls Linux in vain", self.fire_fw(w, "call")
        if w.waits or self.faults:
            yield "fw: calls Linux", self.fire_fw(self._noticed(w), "call")

    def rings(self, state: str) -> bool:
        """Return whether the firmware calls Linux in this state, if there is a reason."""
        return self.firmware.step(state, "call").action == "ring_wakeup"

    def counts_conditions(self, state: str) -> bool:
        """Return whether a condition that becomes true in this state is a reason to call Linux."""
        return state in (*AGREED, "closing", "detached") and state not in self.deaf_in

    def _condition(self, w: World) -> World:
        if self.counts_conditions(w.fw):
            return w._replace(waits=True, paused=False)
        if not is_awake(w) and w.fw in AGREED:
            raise ForbiddenError(f"a condition is forgotten in state {w.fw}")
        return w

    def _noticed(self, w: World) -> World:
        """Return the world after the wake-up doorbell: a Linux that is awake or on its way down
        does not notice it."""
        if not w.device or is_awake(w) or not self._may_rise(w):
            return w
        return w._replace(linux="up" if w.linux == "down" else "rising")

    def _may_rise(self, w: World) -> bool:
        """Return whether Linux can be woken now, by assumption 3."""
        doorbells = w.bell_old or w.bell_new or w.note
        return w.linux == "down" or not (doorbells or w.busy or w.link_news)

    # ----------------------------------------------------------------------------------- peer

    def fire_peer(self, w: World, event: str) -> World:
        row = self.peer.step(w.peer, event)
        entered = row.next != w.peer
        w = w._replace(peer=row.next)
        w = PEER_ACTIONS.get(row.action, nothing)(w, event)
        if entered and w.peer == "online" and w.wish:
            return self.fire_peer(w, "suspend")
        return w

    def _power(self, w: World) -> Iterator[Step]:
        if w.linux == "going":
            yield "linux: DDR closes", w._replace(linux="down")
        if w.linux == "up" and self.faults:
            yield "linux: somebody else suspends it", w._replace(linux="gone", unheard=False)
        called = w.waits and w.device and not self.door_open(w)
        if w.linux in ("down", "gone") and self._may_rise(w) and (self.faults or not called):
            yield "linux: wakes", self._wakes(w)
        if w.linux == "rising":
            yield "linux: DDR opens", w._replace(linux="up")

    def _wakes(self, w: World) -> World:
        if w.linux == "down":
            return w._replace(linux="up")
        return w._replace(linux="rising", unheard=self.door_open(w))

    def _application(self, w: World) -> Iterator[Step]:
        if not is_awake(w):
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
                yield "peer: acknowledges", ring(w._replace(to_fw=w.to_fw + "a"))

    def _peer_reads(self, w: World) -> World:
        letter = w.to_peer[0]
        w = w._replace(to_peer=w.to_peer[1:])
        event = _TO_PEER.get("S" if letter == "s" and self.credulous else letter)
        return self.fire_peer(w, event) if event else w  # no event: of an earlier session

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
                yield f"{bell} arrives", silence(w, bell)._replace(note=True)
                if self.faults:
                    yield f"{bell} arrives, and will again", w._replace(note=True)
                    yield f"{bell} is lost", silence(w, bell)

    def _misfortunes(self, w: World) -> Iterator[Step]:
        if self.faults:
            yield "M33 is reset", reset_firmware(w)
            yield "Linux reboots", reboot_linux(w)
            if w.linux == "up" and w.peer != "offline":
                yield "application dies", forget_session(w)
        if w.linux == "up" and (not w.device or (w.reset and self.faults)):
            yield "device comes up", new_device(w)

    def steps(self, w: World) -> Iterator[Step]:
        """Return every step that may happen next."""
        yield from self._doorbells(w)
        yield from self._firmware_turn(w)
        yield from self._power(w)
        yield from self._application(w)
        yield from self._misfortunes(w)
        yield from self._firmware_timers(w)
