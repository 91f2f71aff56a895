"""The pictures that have goldens: for each panel its simple screen, and screens with `show`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from fwgen.panels import panels
from fwgen.plan.screen import most_small
from fwgen.spec.examples import reference_spec
from fwgen.wire.sample import SampleStatus
from tests.panels.picture import Moment, drawer
from tests.panels.specs import BOTH, TEMPERATURE, climate, motion

WARM, FROST = (6384, 452, 0), (2766, 998, 0)  # 23.84 °C and 45.2 %; -12.34 °C and 99.8 %
REST = (1900, 1893, 2881)
SMALL = tuple(f"{{channel: {name}, size: small}}" for name in ("ambient-temp", "humidity"))
AXES = tuple(f"{{channel: accel-{axis}, size: small}}" for axis in "xyz")
LARGE = (TEMPERATURE, "{channel: humidity, size: large}")
LEVEL, AGE, CONDITION = (2, 0), (3, 0), (4, 1)


@dataclass(frozen=True)
class Scene:
    spec: str
    moment: Moment

    def picture(self) -> tuple[bytes, tuple[int, int]]:
        """Return the picture, eight pixels a byte, and its size."""
        drawn = drawer(self.spec)
        return drawn.packed(self.moment), drawn.size


def _reference(panel: str, size: tuple[int, int]) -> str:
    text = reference_spec().read_text("utf-8").replace("type: ssd1306", f"type: {panel}")
    return text.replace("size: 128x64", f"size: {size[0]}x{size[1]}")


def _waking(spec: str) -> str:
    """The spec, with all causes for which Linux may be called."""
    conditions = "[ambient-temp < 0 °C for 3 samples, sensor fault for 10 s]"
    return spec.replace("when_full: wake", f"when_full: wake, max_age: 1 h, wake_if: {conditions}")


@cache
def scenes() -> Mapping[str, Scene]:
    found = {}
    for name, panel in panels().items():
        for size in panel.sizes:
            each = f"{name}-{size[0]}x{size[1]}"
            found[f"{each}-distance"] = Scene(_reference(name, size), Moment((1503,)))
            small = climate(name, f"{size[0]}x{size[1]}", SMALL[: most_small(size[1])])
            found[f"{each}-values"] = Scene(small, Moment(FROST))
    wide = {
        "large-and-small": Scene(climate("ssd1306", "128x64", BOTH), Moment(WARM)),
        "two-large": Scene(climate("ssd1306", "128x64", LARGE), Moment(FROST)),
        "axes": Scene(motion("ssd1306", "128x64", AXES), Moment(REST, state="asleep", asleep=True)),
        "low": Scene(
            climate("ssd1306", "128x64", BOTH), Moment((0, 452, 0), SampleStatus.TOO_NEAR)
        ),
        "fault": Scene(climate("ssd1306", "128x64", BOTH), Moment((0, 0, 0), SampleStatus.FAULT)),
        "no-sample": Scene(climate("ssd1306", "128x64", BOTH), Moment(None, state="detached")),
        "low-panel": Scene(climate("ssd1306", "128x32", (TEMPERATURE,)), Moment(FROST)),
        "called": Scene(
            _waking(climate("ssd1306", "128x64", BOTH)),
            Moment(FROST, state="calling", asleep=True, log=(160, 200), call=CONDITION),
        ),
        "woken": Scene(
            _waking(climate("ssd1306", "72x40", SMALL)), Moment(WARM, state="awake", call=AGE)
        ),
    }
    return {**found, **{f"show-{name}": scene for name, scene in wide.items()}}
