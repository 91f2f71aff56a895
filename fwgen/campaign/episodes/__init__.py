"""The episodes of a history: sleeps and faults.

An episode leaves Linux awake, its application running and the sensor working. Faults that do not
change Linux's state may lie anywhere within it, a reset of the M33 in the middle of anything. No
step of a history may be ignored, so each is drawn only where it is possible and changes something:
a fault of the tty where the application certainly uses it, a halt of the M33 over a sample.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fwgen.campaign.episodes import application, link, restarts, sleeps
from fwgen.campaign.episodes.draft import Draft
from fwgen.campaign.episodes.meanwhile import overlay
from fwgen.campaign.streams import Stream

__all__ = ["EPISODES", "Draft", "kinds_of", "overlay"]

Episode = Callable[[Draft, Stream], None]
EPISODES: Final[dict[str, Episode]] = {
    "sleep": sleeps.sleep,
    "naps": sleeps.naps,
    "nights": sleeps.nights,
    "suspended by another": sleeps.suspended_by_another,
    "called off": sleeps.called_off,
    "application dies": application.app_dies,
    "application dies midway": application.app_dies_midway,
    "device unbound": application.device_unbound,
    "other application": application.other_app,
    "Linux reboots": restarts.linux_reboots,
    "Linux stalls": link.linux_stalls,
    "others use the tty": link.others_use_the_tty,
    "firmware restarts": restarts.firmware_restarts,
    "board restarts": restarts.board_restarts,
    "small faults": link.small_faults,
}
_OFTEN: Final = ("sleep",) * 6 + ("naps",) * 2 + ("board restarts",)
_HOST_ONLY: Final = frozenset(("suspended by another",))
"""On the emulated board the firmware may touch DDR in the two milliseconds before PWR shows that it
closes (docs/DESIGN.md): it was not asked."""


def kinds_of(draft: Draft) -> tuple[str, ...]:
    """Return the episodes to choose from, some of them several times."""
    nights = ("nights",) * 5 if draft.wakes else ()
    kinds = _OFTEN + nights + tuple(EPISODES)
    return tuple(kind for kind in kinds if draft.backend == "host" or kind not in _HOST_ONLY)
