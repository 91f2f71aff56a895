"""The keyword library; suites import it as `Library    fwgen.robot`."""

from __future__ import annotations

from fwgen.robot.checks import Checks
from fwgen.robot.control import Control
from fwgen.robot.kinds import CONVERTERS
from fwgen.robot.screen import Screen


class robot(Control, Checks, Screen):
    """Keywords for a board with firmware, a Linux that can sleep, a sensor and a display. They use
    fwgen's scenario engine and backends."""

    ROBOT_LIBRARY_SCOPE = "SUITE"
    ROBOT_LIBRARY_CONVERTERS = CONVERTERS
