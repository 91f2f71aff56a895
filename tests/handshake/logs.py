"""Whose samples are counted: logs that lose their memory while messages about them are in flight.

model.py asks when a side may use the link. This is a second, small machine: both sides use the
product's table, with two rings of messages between them. A start of the firmware may find the
memory unchanged (warm) or empty (cold). After a cold start a new *life* of the log begins, and only
the identity distinguishes it from the old one. The machine leaves out doorbells, guards and DDR: a
side that may read will read at some time.

A message carries the product's fields, and for the search alone the life that it belongs to. No
side may free or accept samples in another life than the message means. Only equality of identities
and lives matters, so each world renumbers them in order of occurrence. That keeps the machine
finite.

    to firmware   ("H", session, life, id, new id)  ("a", life, id)  ("S",)  ("W",)
    to peer       ("h", session, life, id)  ("?",)  ("S",)  ("W",)  ("D", life)

`session` is "now" or "old". Life and id 0 in a hello to the firmware: the peer knows nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fwgen.handshake import Machine, machine

RING = 2
Message = tuple[str | int, ...]


class World(NamedTuple):
    fw: str = "greeting"
    life: int = 1
    id: int = 0
    hello: str = ""  # waits to be sent: its session, or "ask"
    answer: str = ""  # S or W, waits behind it
    peer: str = "offline"
    known: tuple[int, int] = (0, 0)  # the peer's: life and id; it outlives the application
    offers: int = 0  # the new id of all hellos of this session, where that mistake is made
    to_fw: tuple[Message, ...] = ()
    to_peer: tuple[Message, ...] = ()


class WrongLifeError(AssertionError):
    """A side mistook samples of one log for those of another."""


@dataclass(frozen=True)
class Logs:
    """The defaults are the product's rules; other values are faults that the search must find."""

    firmware: Machine
    peer: Machine
    ids_count: bool = True
    """False: any acknowledgement and any hello counts for this log, as in format 1."""
    id_for_each_hello: bool = True
    """False: one for each session."""
    hello_first: bool = True
    """False: the answer to a later request replaces a hello that was not sent yet."""

    @staticmethod
    def of_the_product() -> Logs:
        return Logs(machine("firmware"), machine("peer"))

    def steps(self, w: World) -> Iterator[tuple[str, World]]:
        yield from self._firmware(w)
        yield from self._peer(w)
        yield from self._misfortunes(w)

    # ------------------------------------------------------------------------------- firmware

    def _firmware(self, w: World) -> Iterator[tuple[str, World]]:
        facts = self.firmware.states[w.fw]
        if w.to_fw and facts.link_open:
            message, rest = w.to_fw[0], w.to_fw[1:]
            yield f"fw: reads {message[0]}", self._hears(w._replace(to_fw=rest), message)
        elif w.to_fw:
            yield "fw: doorbell", self._fire(w, "doorbell")
        if facts.link_open and len(w.to_peer) < RING:
            yield "fw: poll", self._poll(w)
        if facts.timer:
            yield f"fw: {facts.timer} over", self._fire(w, "timeout")

    def _hears(self, w: World, message: Message) -> World:
        kind = message[0]
        if kind == "a":
            own = not self.ids_count or message[2] == w.id != 0
            return self._fire(w, "rx_ack" if own else "rx_stray_ack", message)
        return self._fire(w, {"H": "rx_hello", "S": "rx_sleep", "W": "rx_wake"}[str(kind)], message)

    def _fire(self, w: World, event: str, message: Message = ()) -> World:
        row = self.firmware.step(w.fw, event)
        w = w._replace(fw=row.next)
        if row.action == "welcome":
            return self._welcome(w, message)
        if row.action == "release" and message[1] != w.life:
            raise WrongLifeError("an acknowledgement frees samples of another life")
        if row.action == "ask":
            return w._replace(hello="ask", answer="")
        if row.action in ("promise", "resume"):
            hello = w.hello if self.hello_first else ""
            return w._replace(hello=hello, answer="S" if row.action == "promise" else "W")
        if row.action in ("attach", "detach"):
            return w._replace(hello="", answer="")
        return w

    def _welcome(self, w: World, message: Message) -> World:
        _, session, life, known_id, new_id = message
        own = known_id != 0 and (not self.ids_count or known_id == w.id)
        if own and life != w.life:
            raise WrongLifeError("a hello frees samples of another life")
        new = int(new_id) if w.id == 0 else w.id
        return w._replace(id=new, hello=str(session), answer="")

    def _poll(self, w: World) -> World:
        row = self.firmware.step(w.fw, "due")
        if row.action not in ("answer", "stream"):
            return w
        if w.hello:
            said: Message = ("?",) if w.hello == "ask" else ("h", w.hello, w.life, w.id)
            return w._replace(hello="", to_peer=(*w.to_peer, said))
        if w.answer:
            sent = w._replace(answer="", to_peer=(*w.to_peer, (w.answer,)))
            return self._fire(sent, "ack_out") if w.answer == "S" else sent
        if row.action == "stream":
            return w._replace(to_peer=(*w.to_peer, ("D", w.life)))
        return w

    # ----------------------------------------------------------------------------------- peer

    def _peer(self, w: World) -> Iterator[tuple[str, World]]:
        if w.to_peer:
            message, rest = w.to_peer[0], w.to_peer[1:]
            yield f"peer: reads {message[0]}", self._takes(w._replace(to_peer=rest), message)
        if w.peer == "offline":
            yield "peer: starts", self._step(w, "start")
        elif len(w.to_fw) < RING:
            if self.peer.states[w.peer].timer:
                yield "peer: timer", self._step(w, "timeout")
            if w.peer == "online":
                yield "peer: acknowledges", self._say(w, ("a", *w.known))
                yield "peer: wants to suspend", self._step(w, "suspend")
            if w.peer in ("asking", "quiet", "suspended"):
                yield "peer: resumes", self._step(w, "resume")

    def _takes(self, w: World, message: Message) -> World:
        kind = message[0]
        if kind == "h":
            if message[1] != "now":
                return w
            greeted = w.peer not in ("offline", "greeting")
            other = greeted and message[3] != w.known[1]
            return self._step(w, "rx_new_log" if other else "rx_hello", message)
        if kind == "D":
            return self._step(w, "rx_data", message)
        return self._step(w, {"?": "rx_ask", "S": "rx_sleep_ack", "W": "rx_wake_ack"}[str(kind)])

    def _step(self, w: World, event: str, message: Message = ()) -> World:
        row = self.peer.step(w.peer, event)
        w = w._replace(peer=row.next)
        if row.action == "deliver" and message[1] != w.known[0]:
            raise WrongLifeError("a sample is taken for one of another life")
        if row.action == "adopt":
            life, log = int(message[2]), int(message[3])
            if log == w.known[1] and life != w.known[0]:
                raise WrongLifeError("two lives have one identity")
            return w._replace(known=(life, log))
        if row.action == "send_hello":
            new = w.offers or _unused(w)
            if not self.id_for_each_hello:
                w = w._replace(offers=new)
            return self._say(w, ("H", "now", *w.known, new))
        if row.action in ("send_sleep", "send_wake", "refuse_and_wake"):
            return self._say(w, ("S",) if row.action == "send_sleep" else ("W",))
        return w

    def _say(self, w: World, message: Message) -> World:
        return w._replace(to_fw=(*w.to_fw, message)[:RING])

    # ------------------------------------------------------------------------------ misfortunes

    def _misfortunes(self, w: World) -> Iterator[tuple[str, World]]:
        """Restart the firmware; the rings and the application's knowledge survive."""
        started = w._replace(fw="greeting", hello="", answer="")
        yield "M33 starts warm", started
        yield "M33 starts cold", started._replace(life=_unused_life(w), id=0)
        yield (
            "new rings",
            self._fire(_forget_session(w)._replace(to_fw=(), to_peer=()), "link_up"),
        )
        if w.peer != "offline":
            yield "application dies", _forget_session(w)


def _forget_session(w: World) -> World:
    def old(message: Message) -> Message:
        return (message[0], "old", *message[2:]) if message[0] in ("H", "h") else message

    return w._replace(
        peer="offline",
        offers=0,
        hello="old" if w.hello == "now" else w.hello,
        to_fw=tuple(map(old, w.to_fw)),
        to_peer=tuple(map(old, w.to_peer)),
    )


def _ids(w: World) -> Iterator[tuple[str, int]]:
    """Return all lives and identities in a fixed order."""
    yield "life", w.life
    yield "id", w.id
    yield "life", w.known[0]
    yield "id", w.known[1]
    yield "id", w.offers
    for message in (*w.to_fw, *w.to_peer):
        for kind, value in zip(_KINDS.get(message[0], ()), message[1:], strict=True):
            if kind:
                yield kind, int(value)


_KINDS: dict[str | int, tuple[str, ...]] = {
    "H": ("", "life", "id", "id"),
    "h": ("", "life", "id"),
    "a": ("life", "id"),
    "D": ("life",),
}
"""The elements of each message."""


def _unused(w: World) -> int:
    return max(value for kind, value in _ids(w) if kind == "id") + 1


def _unused_life(w: World) -> int:
    return max(value for kind, value in _ids(w) if kind == "life") + 1


def canonical(w: World) -> World:
    """Return the same world, lives and identities renumbered in order of occurrence; 0 stays 0."""
    names: dict[tuple[str, int], int] = {("life", 0): 0, ("id", 0): 0}
    counts = {"life": 0, "id": 0}
    for place in _ids(w):
        if place not in names:
            counts[place[0]] += 1
            names[place] = counts[place[0]]

    def renamed(message: Message) -> Message:
        kinds = _KINDS.get(message[0], ())
        values = [
            names[kind, int(value)] if kind else value
            for kind, value in zip(kinds, message[1:], strict=True)
        ]
        return (message[0], *values)

    return w._replace(
        life=names["life", w.life],
        id=names["id", w.id],
        known=(names["life", w.known[0]], names["id", w.known[1]]),
        offers=names["id", w.offers],
        to_fw=tuple(map(renamed, w.to_fw)),
        to_peer=tuple(map(renamed, w.to_peer)),
    )


def explore(model: Logs) -> dict[World, set[World]]:
    """Return all worlds, each with its predecessors. Raises WrongLifeError with the path to it."""
    start = World()
    parents: dict[World, tuple[str, World] | None] = {start: None}
    before: dict[World, set[World]] = {start: set()}
    queue = deque([start])
    while queue:
        world = queue.popleft()
        try:
            for name, step in model.steps(world):
                after = canonical(step)
                if after not in parents:
                    parents[after] = (name, world)
                    before[after] = set()
                    queue.append(after)
                before[after].add(world)
        except WrongLifeError as error:
            raise WrongLifeError(_story(parents, world, str(error))) from error
    return before


def agrees(world: World) -> bool:
    """Return whether samples flow and both sides know of which log."""
    flows = world.fw in ("draining", "awake") and world.peer == "online"
    return flows and world.known == (world.life, world.id) and not world.to_fw


def comes_to(goal: Callable[[World], bool], before: dict[World, set[World]]) -> set[World]:
    """Return the worlds from which a path leads to the goal."""
    found = {world for world in before if goal(world)}
    queue = deque(found)
    while queue:
        for world in before[queue.popleft()] - found:
            found.add(world)
            queue.append(world)
    return found


def _story(parents: dict[World, tuple[str, World] | None], world: World, what: str) -> str:
    lines = []
    at: tuple[str, World] | None = (what, world)
    while at is not None:
        lines.append(f"  {at[0]}")
        at = parents[at[1]]
    return "\n".join([f"{what}: {world}", *reversed(lines)])
