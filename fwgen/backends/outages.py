"""What a run's diary says when the M33 stops executing the firmware; shared by the backends."""

from __future__ import annotations

from typing import Final

STOPPED: Final = {
    "fault": "the firmware has made an invalid access: it stops",
    "panic": "the firmware's own check has failed: it stops",
    "watchdog": "the firmware stands still",
    "reset": "the M33 is reset and starts at once",
    "itself": "the firmware resets the M33, which is held until Linux starts it",
    "remoteproc": "Linux stops the M33 and starts it again",
    "restart-board": "the board is reset; the M33 is held until Linux has loaded it",
    "power-cycle": "the board loses its power; the M33 is held until Linux has loaded it",
}
BITTEN: Final = "the watchdog resets the M33, which is held until Linux starts it"
LOADED: Final = "Linux has started the M33"
