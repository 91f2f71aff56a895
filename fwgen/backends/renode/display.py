"""The display of an emulated board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fwgen.backends.renode.machine import Machine
from fwgen.backends.renode.png import png_of

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

_FOR_LONG: Final = 1 << 30  # clocks


class Display:
    """A spec without a display has an empty one."""

    def __init__(self, machine: Machine, plan: Plan) -> None:
        self._machine = machine
        self._display = plan.spec.display
        self._bus_name = plan.bus.name if plan.bus is not None else ""

    @property
    def _panel(self) -> Any:
        """The model of the panel; None without a display."""
        if not self._bus_name or self._display is None:
            return None
        return self._machine.part(f"{self._bus_name}.panel")

    @property
    def is_there(self) -> bool:
        """Whether the panel is connected."""
        panel = self._panel
        return panel is not None and bool(panel.IsPresent)

    def plug(self, plugged: bool) -> None:
        """Connect the panel to its bus and its supply, or disconnect it."""
        panel = self._panel
        if panel is not None:
            (panel.Plug if plugged else panel.Unplug)()

    @property
    def frames(self) -> int:
        """The number of pictures that the panel has got."""
        panel = self._panel
        return 0 if panel is None else int(panel.FrameCount)

    def picture(self) -> bytes:
        """Return what the panel shows as a PNG; empty without a display."""
        panel = self._panel
        if panel is None or self._display is None:
            return b""
        return png_of(bytes(panel.PackedPicture()), *self._display.size)

    def disturb_bus(self, how: str) -> None:
        """Disturb the panel's bus, in one of the ways of the step `disturb-bus`."""
        bus = self._machine.part(self._bus_name)
        if how == "nack":
            bus.RefusesData = True
        else:
            bus.HoldData(_FOR_LONG)

    def restore_bus(self) -> None:
        """End the disturbance."""
        bus = self._machine.part(self._bus_name)
        bus.RefusesData = False
        bus.ReleaseData()
