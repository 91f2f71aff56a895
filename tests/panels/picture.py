"""Pictures of a spec's screen, drawn on this machine by the firmware's own C."""

from __future__ import annotations

import ctypes
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.spec import parse_spec
from tests.core.build import CORE, ROOT, compile_c
from tests.core.cnode import STATES

HERE = Path(__file__).parent
GOLDENS = HERE / "goldens"
SHELL = ROOT / "fwgen/generate/templates/app/src"
_SOURCES = (
    HERE / "screen_glue.c",
    SHELL / "draw.c",
    SHELL / "fonts.c",
    CORE / "screen.c",
    CORE / "wake_when.c",
)


@dataclass
class Moment:
    """What the screen shows: raw numbers of a sample or None, and the state of Linux. `second`: raw
    numbers of the second sensor."""

    raw: tuple[int, ...] | None = (0,)
    status: int = 0
    state: str = "awake"
    asleep: bool = False
    samples: int = 1234
    log: tuple[int, int] = (51, 200)
    call: tuple[int, int] = (0, 0)
    second: tuple[int, ...] = ()


class Drawer:
    """Draws the screens of one spec."""

    def __init__(self, spec: str, folder: Path) -> None:
        self.plan = plan_spec(parse_spec(spec, "node.yaml"))
        assert self.plan.spec.display
        self.size = self.plan.spec.display.size
        files = render(self.plan)
        for name in ("fwgen_config.c", "fwgen_shape.h"):
            (folder / name).write_bytes(files[f"src/core/{name}"])
        width, height = self.size
        made = compile_c(
            folder / "screen.so",
            [*_SOURCES, folder / "fwgen_config.c"],
            *("-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"),
            *(f"-I{place}" for place in (folder, HERE / "stub", SHELL)),
            *(f"-Dfwgen_panel_width={width}", f"-Dfwgen_panel_height={height}"),
            strict=False,
            channels=None,
        )
        self.library = ctypes.CDLL(str(made))

    def packed(self, moment: Moment) -> bytes:
        """Return the picture, eight pixels a byte. All of it is on the panel."""
        given = self._input(moment)
        picture = (ctypes.c_uint8 * (self.size[0] * self.size[1] // 8))()
        beyond = self.library.glue_draw(ctypes.byref(given), picture)
        assert beyond == 0, f"{beyond} pixels are beyond the panel"
        return bytes(picture)

    def number(self, moment: Moment) -> str:
        """Return the text of the first value."""
        given, text = self._input(moment), ctypes.create_string_buffer(22)
        value = ctypes.c_char.in_dll(self.library, "screen_values")
        self.library.screen_value(ctypes.byref(given), ctypes.byref(value), text)
        return text.value.decode()

    def _input(self, moment: Moment) -> ctypes.Structure:
        sensors = self.plan.spec.sensors
        streams, channels = len(sensors), max(len(sensor.channels) for sensor in sensors)

        class Sample(ctypes.Structure):
            _fields_ = (
                ("status", ctypes.c_uint8),
                ("late_16ths", ctypes.c_uint8),
                ("value", ctypes.c_uint32 * channels),
            )

        class Input(ctypes.Structure):
            _fields_ = (
                ("has_sample", ctypes.c_bool * streams),
                ("sample", Sample * streams),
                ("samples", ctypes.c_uint32),
                ("state", ctypes.c_int),
                ("asleep", ctypes.c_bool),
                ("log_used", ctypes.c_uint32),
                ("log_slots", ctypes.c_uint32),
                ("call_reason", ctypes.c_uint8),
                ("call_rule", ctypes.c_uint8),
            )

        values = ctypes.c_uint32 * channels
        samples = [
            Sample(moment.status, 0, values(*(moment.raw or ()))),
            Sample(0, 0, values(*moment.second)),
        ]
        state = STATES.index(moment.state)
        return Input(
            (ctypes.c_bool * streams)(*[moment.raw is not None] * streams),
            (Sample * streams)(*samples[:streams]),
            moment.samples,
            state,
            moment.asleep,
            *moment.log,
            *moment.call,
        )


@cache
def drawer(spec: str) -> Drawer:
    with tempfile.TemporaryDirectory() as folder:
        return Drawer(spec, Path(folder))
