"""The sensor's section of a spec."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, ClassVar

from pydantic import Field

from fwgen.spec.diagnostics import Findings
from fwgen.spec.document import Document, PathStep
from fwgen.spec.kinds import Amount, Ascending, Choice, Key, Period, on_off
from fwgen.spec.sensor import PIN, PinUse, SensorPart
from fwgen.wire.channel import DISTANCE, Channel
from fwgen.wire.sample import SampleStatus

# Range of the HC-SR04: 2 cm to 4 m (its data sheet).
LEAST = "20 mm"
MOST = "4000 mm"

# Operating temperature in data sheets of the HC-SR04: -15 °C to 70 °C.
_AIR_DECICELSIUS = (-150, 700)


class HcSr04(SensorPart):
    """The ultrasonic sensor and how often it measures."""

    TYPE: ClassVar = "hc-sr04"
    PINS: ClassVar = (
        PinUse("trigger"),
        PinUse("echo", interrupt=True, note="divide its 5 V to 3.3 V"),
    )

    ALONE: ClassVar = "each would hear the other one's sound and take it for its echo"

    type: Annotated[
        str, Choice({"hc-sr04": "hc-sr04"}, {"hcsr04": "hc-sr04"}), Field(description="The sensor.")
    ]
    trigger: Annotated[str, PIN, Field(description="Pin that starts a measurement.")]
    echo: Annotated[
        str,
        Key("echo", example="PF15"),
        PIN,
        Field(description="Pin that receives the echo signal."),
    ]
    period_us: Annotated[
        int,
        Key("period"),
        Period("1 ms", "1 h", example="60 ms"),
        Field(description="Time from one sample to the next; the data sheet asks for 60 ms."),
    ]
    range_mm: Annotated[
        tuple[int, int],
        Key("range"),
        Ascending(Amount("mm", LEAST, MOST, example=MOST), example=f"[{LEAST}, {MOST}]"),
        Field(description="Nearest and farthest valid distance."),
    ]
    air_decicelsius: Annotated[
        int,
        Key("air"),
        Amount("decicelsius", "-40 °C", "85 °C", example="20 °C"),
        Field(description="Temperature of the air, which sets the speed of sound."),
    ] = 200
    pull_echo_low: Annotated[
        bool,
        Key("pull-echo-low"),
        on_off(),
        Field(
            description="Pull the echo line low while the sensor holds it high; needs at least "
            "1 kilohm between sensor and pin."
        ),
    ] = False

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (DISTANCE,)

    def bounds(self, channel: Channel) -> tuple[Fraction, Fraction]:
        return Fraction(self.range_mm[0]), Fraction(self.range_mm[1])

    def coarse(self, channel: Channel) -> int:
        """To a centimetre: the last digit changes with each picture, and each byte of a picture
        wakes the core."""
        return 10

    @property
    def statuses(self) -> tuple[SampleStatus, ...]:
        return (
            SampleStatus.TOO_NEAR,
            SampleStatus.TOO_FAR,
            SampleStatus.NO_ECHO,
            SampleStatus.FAULT,
        )

    def drop_unused(self, values: dict[str, Any]) -> None:
        if not self.pull_echo_low:
            del values["pull_echo_low"]

    def warn(self, document: Document, path: tuple[PathStep, ...], findings: Findings) -> None:
        low, high = _AIR_DECICELSIUS
        if not low <= self.air_decicelsius <= high:
            findings.warning(
                "air-temperature",
                f"the HC-SR04 works only from {low // 10} °C to {high // 10} °C",
                document.where(*path, "air"),
                "expect wrong distances or none; choose a temperature in that range",
            )


SENSOR = HcSr04
