"""Sleep with systemd-logind: a delay inhibitor lets the handshake run before any suspend, whoever
asked for it (org.freedesktop.login1(5)).

logind waits for the inhibitor at most InhibitDelayMaxSec (5 s by default), then it suspends Linux
in any case.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from fwgen.service.power.sleeping import Outcome
from fwgen.service.power.sysfs import Slept, Watch

_BUS_NAME: Final = "org.freedesktop.login1"
_PATH: Final = "/org/freedesktop/login1"
_INTERFACE: Final = "org.freedesktop.login1.Manager"
_AGAIN_S: Final = 5.0
"""Pause before a lost connection is made again."""
_LOOK_S: Final = 0.5


class LogindError(Exception):
    """logind cannot be used; the text says why."""


class Logind:
    """`request(by, outcome)` starts the handshake; `tell` gets a line for people.

    `start` raises LogindError if there is no logind.
    """

    def __init__(
        self, request: Callable[[str, Outcome], None], tell: Callable[[str], None]
    ) -> None:
        self._request = request
        self._tell = tell
        self._changed = threading.Condition()
        self._inhibitor: int | None = None
        self._by: list[tuple[str, Outcome]] = []  # wishes for which logind was called
        self._down = False  # between PrepareForSleep true and false
        self._released = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="logind", daemon=True)

    def start(self) -> None:
        connection = self._connect()
        self._inhibit(connection)
        self._connection = connection
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._thread.join(4 * _LOOK_S)
        self._release()

    def wish(self, by: str, outcome: Outcome) -> None:
        """Ask logind to suspend Linux: it tells all inhibitors first, this one too."""
        with self._changed:
            self._by.append((by, outcome))
        try:
            connection = self._connect()
            with connection:
                self._call(connection, "Suspend", "b", (False,))
        except LogindError as error:
            with self._changed:
                self._by.remove((by, outcome))
            self._tell(f"logind refuses to suspend: {error}")
            outcome.refuse(by, str(error))

    def suspend(self) -> Slept:
        """Let logind go on; return when Linux is up again. Called in the session's thread."""
        with self._changed:
            if not self._down:
                return Slept(error="logind no longer wants to suspend")
            watch = Watch()
            self._released = True
            self._release()
            self._changed.wait_for(lambda: not self._down or self._stopping)
            self._released = False
        return watch.slept()

    # --------------------------------------------------------------------------- its own thread

    def _run(self) -> None:
        connection: Any = self._connection
        while not self._stopping:
            try:
                if connection is None:
                    connection = self._connect()
                    self._inhibit(connection)
                self._listen(connection)
            except (LogindError, OSError) as error:
                self._tell(f"logind: {error}; trying again in {_AGAIN_S:.0f} s")
                connection = None
                self._note_up()
                time.sleep(_AGAIN_S)

    def _listen(self, connection: Any) -> None:
        from jeepney import MatchRule, message_bus

        rule = MatchRule(type="signal", interface=_INTERFACE, member="PrepareForSleep", path=_PATH)
        with connection, connection.filter(rule) as found:
            connection.send_and_get_reply(message_bus.AddMatch(rule))
            while not self._stopping:
                with suppress(TimeoutError):
                    signal = connection.recv_until_filtered(found, timeout=_LOOK_S)
                    if signal.body[0]:
                        self._note_down()
                    else:
                        self._note_up()
                        self._inhibit(connection)

    def _note_down(self) -> None:
        with self._changed:
            self._down = True
            wishes, self._by = self._by or [("logind", Outcome())], []
        for by, outcome in wishes:
            self._request(by, outcome)

    def _note_up(self) -> None:
        with self._changed:
            if self._down and not self._released:
                self._tell("logind did not wait: Linux slept although the firmware had not agreed")
            self._down = False
            self._changed.notify_all()

    # ------------------------------------------------------------------------------------- D-Bus

    def _connect(self) -> Any:
        try:
            from jeepney.io.blocking import open_dbus_connection
        except ModuleNotFoundError as error:
            raise LogindError("the Python package jeepney is not installed") from error
        try:
            return open_dbus_connection(bus="SYSTEM", enable_fds=True)
        except Exception as error:  # jeepney raises many kinds, also KeyError
            raise LogindError(f"no connection to the system bus: {error}") from error

    def _call(self, connection: Any, member: str, signature: str, body: tuple[Any, ...]) -> Any:
        from jeepney import DBusAddress, MessageType, new_method_call

        address = DBusAddress(_PATH, bus_name=_BUS_NAME, interface=_INTERFACE)
        try:
            reply = connection.send_and_get_reply(
                new_method_call(address, member, signature, body), timeout=10
            )
        except (OSError, TimeoutError) as error:
            raise LogindError(f"{member}: {error}") from error
        if reply.header.message_type == MessageType.error:
            raise LogindError(f"{member}: {reply.body[0] if reply.body else 'refused'}")
        return reply.body

    def _inhibit(self, connection: Any) -> None:
        """Take the delay inhibitor, unless it is held."""
        why = "the firmware on the M33 must agree before DDR is closed"
        with self._changed:
            if self._inhibitor is None:
                words = ("sleep", "fwgen-peer", why, "delay")
                (handle,) = self._call(connection, "Inhibit", "ssss", words)
                self._inhibitor = handle.to_raw_fd()

    def _release(self) -> None:
        with self._changed:
            handle, self._inhibitor = self._inhibitor, None
            if handle is not None:
                os.close(handle)
