"""The sensor's values in the generated application."""

from __future__ import annotations

from fwgen.generate.sensor import SensorNames, c_bool, c_u32, cells_of
from fwgen.plan.model import Plan, PlannedSensor
from fwgen.sensors.hc_sr04.plan import figures_of, part_of
from fwgen.sensors.hc_sr04.sound import sound_mm_per_s


class _Names(SensorNames):
    def names(self, plan: Plan, sensor: PlannedSensor) -> dict[str, object]:
        part = part_of(sensor.part)
        near_mm, far_mm = part.range_mm
        return {
            "beside_another": len(plan.sensors) > 1,
            "trigger": cells_of(sensor.pins["trigger"]),
            "echo": cells_of(sensor.pins["echo"]),
            "timeout_us": c_u32(figures_of(sensor).timeout_us),
            "range_min_mm": c_u32(near_mm),
            "range_max_mm": c_u32(far_mm),
            "sound_mm_per_s": c_u32(sound_mm_per_s(part.air_decicelsius)),
            "pull_low": c_bool(part.pull_echo_low),
        }


SENSOR = _Names()
