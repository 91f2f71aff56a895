"""The sensor's values in the generated application."""

from __future__ import annotations

from fwgen.generate.sensor import SensorNames, c_bool, c_u32, cells_of
from fwgen.plan.model import Plan
from fwgen.sensors.hc_sr04.plan import figures_of, part_of
from fwgen.sensors.hc_sr04.sound import sound_mm_per_s


class _Names(SensorNames):
    def names(self, plan: Plan) -> dict[str, object]:
        sensor = part_of(plan.spec)
        near_mm, far_mm = sensor.range_mm
        return {
            "trigger": cells_of(plan.pins["trigger"]),
            "echo": cells_of(plan.pins["echo"]),
            "timeout_us": c_u32(figures_of(plan).timeout_us),
            "range_min_mm": c_u32(near_mm),
            "range_max_mm": c_u32(far_mm),
            "sound_mm_per_s": c_u32(sound_mm_per_s(sensor.air_decicelsius)),
            "pull_low": c_bool(sensor.pull_echo_low),
        }


SENSOR = _Names()
