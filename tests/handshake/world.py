"""The state of model.py's machine, and what the actions of both sides and the faults do to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

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
    linux: str = "up"  # up; going: may suspend any moment; DDR is closed: down, gone, rising
    unheard: bool = False  # the A35 was stopped; since then Linux has not rung
    waits: bool = False  # a condition became true, and Linux has not answered since
    paused: bool = False  # after a call
    to_fw: str = ""
    to_peer: str = ""


def nothing(w: World, _: str) -> World:
    return w


def is_awake(w: World) -> bool:
    return w.linux in ("up", "going")


def ring(w: World) -> World:
    return w._replace(bell_new=True)


def age_bells(w: World) -> World:
    return w._replace(bell_old=w.bell_old or w.bell_new, bell_new=False)


def silence(w: World, bell: str) -> World:
    """Without this doorbell: bell_old or bell_new."""
    if bell == "bell_old":
        return w._replace(bell_old=False)
    return w._replace(bell_new=False)


def _forget_link(w: World, _: str) -> World:
    return w._replace(answer="", session="")


FIRMWARE_ACTIONS: dict[str, Callable[[World, str], World]] = {
    "attach": _forget_link,
    "detach": _forget_link,
    "ask": lambda w, _: w._replace(answer="?", session=""),
    "welcome": lambda w, letter: w._replace(answer=letter, session=letter, waits=False),
    "resume": lambda w, letter: w._replace(answer=letter, waits=False),
    "promise": lambda w, letter: w._replace(answer=letter),
    "clear_bells": lambda w, _: w._replace(note=False),
}


def _send(w: World, letter: str) -> World:
    return ring(w._replace(to_fw=(w.to_fw + letter)[:RING]))


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


PEER_ACTIONS: dict[str, Callable[[World, str], World]] = {
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


def forget_session(w: World) -> World:
    """End the application. Its messages and the answers to them are still in flight."""
    return w._replace(
        peer="offline",
        wish=False,
        session=w.session.lower(),
        to_fw=w.to_fw.lower(),
        to_peer=w.to_peer.lower(),
        answer=w.answer.lower(),
    )


def new_device(w: World) -> World:
    w = forget_session(w)._replace(bell_old=False, bell_new=False, note=False)
    return w._replace(device=True, link_news="up", reset="", unheard=False, to_fw="", to_peer="")


def reboot_linux(w: World) -> World:
    w = forget_session(w)._replace(to_fw="", to_peer="", linux="up", unheard=False)
    return w._replace(device=False, reset="", link_news="" if w.fw == "detached" else "down")


def reset_firmware(w: World) -> World:
    """Reset the M33; Linux does not notice, unless its remoteproc recovers with a new device."""
    w = age_bells(_forget_link(w, ""))
    w = w._replace(fw="detached", busy=False, note=False, link_news="")
    w = w._replace(unheard=False, waits=False, paused=False)
    return w._replace(reset="fresh" if w.device else "")
