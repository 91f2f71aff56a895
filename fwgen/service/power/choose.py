"""Who suspends Linux: logind where it is there, else a helper that runs as root."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fwgen.errors import MissingToolError
from fwgen.service.power.button import Button, ButtonLine
from fwgen.service.power.logind import Logind, LogindError
from fwgen.service.power.remote import NOBODY, RemoteSuspender
from fwgen.service.power.sleeping import Outcome, Sleeping
from fwgen.service.power.sysfs import AS_USUAL, Slept, Wanted

OF_LOGIND: Final = (
    "logind suspends Linux, and takes neither alarm nor mode: set the alarm with `rtcwake -m no`, "
    'the mode in sleep.conf, or set by = "helper" in [sleep]'
)


class Power:
    """`by`: "helper", "logind" or "auto"; `wanted`: what the settings say of all sleeps; `line`: of
    the button. `sleeping` must be set before `start`."""

    sleeping: Sleeping

    def __init__(
        self, by: str, wanted: Wanted, line: ButtonLine | None, tell: Callable[[str], None]
    ) -> None:
        self._by = by
        self._wanted = wanted
        self._tell = tell
        self.helper = RemoteSuspender()
        self._logind: Logind | None = None
        self._button = None if line is None else Button(line, self._press)

    def start(self) -> None:
        """Raises MissingToolError if logind is wanted and not there, and what Button raises."""
        if self._button is not None:
            self._button.start()
        if self._by == "helper":
            return
        logind = Logind(self.sleeping.request, self._tell)
        try:
            logind.start()
        except LogindError as error:
            if self._by == "logind":
                hint = "install jeepney and systemd, or set `by` in [sleep]"
                raise MissingToolError(f"logind cannot be used: {error}", hint) from error
            return
        self._tell("sleeps are agreed with the firmware through logind")
        if self._wanted:
            self._tell(f"alarm and mode of [sleep] are not used: {OF_LOGIND}")
        self._logind = logind

    def stop(self) -> None:
        if self._button is not None:
            self._button.stop()
        if self._logind is not None:
            self._logind.stop()

    def request(self, by: str, outcome: Outcome, wanted: Wanted = AS_USUAL) -> None:
        """Start a suspend. Any thread may call this."""
        if self._logind is None and not self.helper.is_there:
            self.sleeping.refuse(by, outcome, NOBODY)  # the firmware need not be asked
        elif self._logind is None:
            self.helper.wanted = wanted
            self.sleeping.request(by, outcome)
        elif wanted:
            outcome.refuse(by, OF_LOGIND)
        else:
            self._logind.wish(by, outcome)

    def suspend(self) -> Slept:
        slept = (self._logind or self.helper).suspend()
        if self._button is not None:
            self._button.note_awake()
        return slept

    def _press(self) -> None:
        self.request("button", Outcome())
