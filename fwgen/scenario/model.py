"""A scenario (format 1) as typed, frozen models; times in microseconds of scenario time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, PrivateAttr

from fwgen.scenario.distance import Distance
from fwgen.scenario.expect import STANDING, Expect, Expectation
from fwgen.scenario.signals import Signal, Signals
from fwgen.scenario.steps import STEPS
from fwgen.scenario.steps.base import LONGEST, Step, Where
from fwgen.sensor import DISTANCE, Points, Scene, copies
from fwgen.spec.diagnostics import Findings, Position
from fwgen.spec.document import Document, PathStep
from fwgen.spec.kinds import Amount, Choice, Integer, Key, ListOf, Part, Text
from fwgen.spec.parts import Variants

FORMAT = 1


class Scenario(Part):
    """What the sensor sees, what happens, how long the run is, and what it must show."""

    format: Annotated[
        int,
        Key("fwgen-scenario"),
        Integer(FORMAT, FORMAT, str(FORMAT)),
        Field(description="Format."),
    ] = FORMAT
    name: Annotated[str, Text("one minute asleep"), Field(description="Its title in the report.")]
    spec: Annotated[
        str,
        Text("small-log.yaml"),
        Field(description="The spec to use if the command names none; next to the scenario."),
    ] = ""
    points: Annotated[
        Points, Key("distance"), Distance(), Field(description="The obstacle's true distance.")
    ] = ()
    signals: Annotated[
        tuple[Signal, ...],
        Signals(),
        Field(description="What the channels of other sensors see, by the channel's name."),
    ] = ()
    noise_um: Annotated[
        int,
        Key("noise"),
        Amount("um", "0 mm", "1 m", example="2 mm"),
        Field(description="Standard deviation of the distance; random from the seed."),
    ] = 0
    missed_ppm: Annotated[
        int,
        Key("missed"),
        Amount("ppm", "0 %", "100 %", example="0.2 %"),
        Field(description="Share of the echoes that are lost; random from the seed."),
    ] = 0
    air_decicelsius: Annotated[
        int,
        Key("air"),
        Amount("decicelsius", "-40 °C", "85 °C", example="20 °C"),
        Field(description="Temperature of the air; the firmware does not measure it."),
    ] = 200
    sensor: Annotated[
        str,
        Choice({name: name for name in copies()}),
        Field(description="The sensor: the original or a copy of it."),
    ] = ""
    clocks_ppm: Annotated[
        int | None,
        Key("clocks"),
        Amount("ppm", "-200 ppm", "200 ppm", example="100 ppm"),
        Field(
            description="How much faster the firmware's clock runs than Linux's. With it the times "
            "that the service gives the samples are judged."
        ),
    ] = None
    ddr_closed: Annotated[
        bool,
        Key("ddr"),
        Choice({"open": False, "closed": True}),
        Field(description="closed: the M33 may not access DDR in the whole run; the default: open"),
    ] = False
    first_number: Annotated[
        int,
        Integer(0, 0xFFFF_FFFF, "4294966296"),
        Field(description="Number of the first sample, as after a long time; they wrap at 2^32."),
    ] = 0
    steps: Annotated[
        tuple[Step, ...],
        ListOf(Variants("do", STEPS), least=0),
        Field(description="What happens when."),
    ] = ()
    until_us: Annotated[
        int,
        Key("until"),
        Amount("us", "1 s", LONGEST, example="80 s"),
        Field(description="When it ends."),
    ]
    expect: Annotated[
        tuple[Expectation, ...], Expect(), Field(description="What the report must say.")
    ] = ()
    file: str = ""

    _document: Document | None = PrivateAttr(default=None)

    def where(self, *path: PathStep, key: bool = False) -> Position:
        """Return the position of a value (or of its key) by its YAML keys. A scenario without a
        document has no positions: the result has line 0."""
        if self._document is None:
            return Position(self.file or f"<{self.name}>")
        return self._document.where(*path, key=key)

    def scene(self, seed: int) -> Scene:
        """Return what the sensor sees."""
        return Scene(
            {
                **({DISTANCE: self.points} if self.points else {}),
                **{signal.name: signal.points for signal in self.signals},
            },
            seed,
            self.noise_um,
            self.missed_ppm,
            self.air_decicelsius,
            self.sensor,
            {signal.name: signal.noise for signal in self.signals if signal.noise},
        )

    def timeline(self) -> list[tuple[int, Step]]:
        """Return each time and its step, in order; at the same time, in the order written."""
        happenings = [(at, step) for step in self.steps for at in step.instants_us()]
        return sorted(happenings, key=lambda happening: happening[0])

    def expectations(self) -> tuple[Expectation, ...]:
        """Return the standing expectations that this scenario does not replace, then its own."""
        own = {expectation.field for expectation in self.expect}
        standing = tuple(
            Expectation(name, 0, 0, standing=True) for name in STANDING if name not in own
        )
        return standing + self.expect

    def spec_path(self) -> Path | None:
        """Return the path of the spec that the scenario names; None: it names none."""
        return Path(self.file).parent / self.spec if self.spec else None


def check_steps(scenario: Scenario, wheres: Sequence[Where], findings: Findings) -> None:
    """Check the steps together; `wheres` return the positions of their values."""
    for step, where in zip(scenario.steps, wheres, strict=True):
        step.check(where, scenario.steps, findings)
        if max(step.instants_us()) >= scenario.until_us:
            findings.error(
                "step-late",
                f"expected `{step.do}` before the scenario ends",
                where("at" if step.at_us >= scenario.until_us else "times"),
                "write a later `until`, or an earlier `at`",
            )
