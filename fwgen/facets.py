"""The sensors: one folder each in fwgen/sensors, found by looking there.

A room that has to know something of a sensor defines an interface. The module of a sensor's folder
that implements it exports the implementation as SENSOR:

    facet("my-sensor", "plan", SensorPlanner)    # SENSOR of fwgen/sensors/my_sensor/plan.py

So no room imports a sensor, and each module of a sensor imports only from its room and those below.
"""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

_FOLDER: Final = Path(__file__).parent / "sensors"


@cache
def sensor_types() -> tuple[str, ...]:
    """Return the sensors' types, as in a spec."""
    names = (path.parent.name for path in _FOLDER.glob("*/__init__.py"))
    return tuple(sorted(name.replace("_", "-") for name in names))


def sensor_folder(sensor_type: str) -> Path:
    """Return the folder of a sensor."""
    return _FOLDER / sensor_type.replace("-", "_")


def facet(sensor_type: str, module: str, interface: type[T]) -> T:
    """Return a sensor's implementation of an interface. Raises TypeError if it has another type."""
    found = _exported(sensor_type, module)
    if not isinstance(found, interface):
        raise TypeError(f"{sensor_type}/{module}.py: expected a SENSOR of {interface.__name__}")
    return found


@cache
def _exported(sensor_type: str, module: str) -> object:
    folder = sensor_folder(sensor_type).name
    return importlib.import_module(f"fwgen.sensors.{folder}.{module}").SENSOR
