"""Derives all figures from a spec and its board. The same spec always gives the same plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from fwgen.boards import TomlErrors, board_file, read_board, search_path
from fwgen.plan import display
from fwgen.plan.draft import Draft, readable
from fwgen.plan.errors import PlanErrors
from fwgen.plan.model import (
    BusPlan,
    Endurance,
    PinPlan,
    Plan,
    PlannedSensor,
    RingsPlan,
    Timing,
    Window,
    hull,
)
from fwgen.plan.rules import all_rules, check_all, software
from fwgen.plan.screen import screen_plan
from fwgen.plan.wake import wake_rules
from fwgen.soc import board_names, load_board
from fwgen.soc.board import Board, Rings
from fwgen.soc.region import Carveout
from fwgen.spec.diagnostics import Diagnostic, Findings, SpecErrors, did_you_mean, quote
from fwgen.spec.load import load_spec
from fwgen.spec.model import DEFAULT_RINGS, Spec
from fwgen.spec.sensor import PinUse, SensorPart
from fwgen.wire import log_format

__all__ = [
    "BusPlan",
    "Endurance",
    "PinPlan",
    "Plan",
    "PlanErrors",
    "RingsPlan",
    "Timing",
    "Window",
    "all_rules",
    "board_of",
    "complete",
    "make_plan",
    "plan_file",
    "plan_spec",
]


def board_of(spec: Spec) -> Board:
    """Return the board that the spec names, with the memories of the trees that it names.

    Raises PlanErrors for an unknown board and for unknown or unsuitable trees, together with what
    the rules find in the rest of the spec.
    """
    findings = Findings(list(spec.warnings))
    board = _find_board(spec, findings)
    if board is None:
        check_all(Draft(spec, None), findings)
        raise PlanErrors(findings.diagnostics)
    return board


def _find_board(spec: Spec, findings: Findings) -> Board | None:
    """Return the board, None after an error. Raises Rejected if its name could not be read."""
    names = board_names()
    own = None if spec.board in names else board_file(spec.board, _folder(spec))
    if spec.board not in names and (own is None or not own.exists()):
        _report_unknown(spec, own, findings)
        return None
    before = len(findings.errors)
    software.check(spec, findings)
    if len(findings.errors) > before:
        return None
    rings = readable(lambda: spec.link.rings) or DEFAULT_RINGS
    if own is None:
        return load_board(spec.board, spec.linux.trees, spec.linux.flavour, rings)
    try:
        return read_board(own, spec.linux.trees, spec.linux.flavour, rings)
    except TomlErrors as error:
        for diagnostic in error.diagnostics:
            findings.add(diagnostic)
        return None


def _report_unknown(spec: Spec, own: Path | None, findings: Findings) -> None:
    """The board is none that fwgen knows. `own`: the file that it names and that does not exist."""
    near = _folder(spec)
    places = [own.parent] if own and "/" in spec.board else search_path(near)
    searched = ", ".join(str(place.resolve()) for place in places)
    if own:
        message = f"there is no file {quote(spec.board)}"
        hint = f"correct the name (docs/boards.md); searched: {searched}"
    else:
        message = f"unknown board {quote(spec.board)}"
        hint = did_you_mean(spec.board, board_names(), "boards")
        hint += "; a board of your own is a file: `board: ./our-carrier.toml` (docs/boards.md); "
        hint += f"searched for its file: {searched}"
    findings.error("unknown-board", message, spec.where("board"), hint)


def _folder(spec: Spec) -> Path:
    """Return the folder at which the paths in a spec start."""
    return Path(spec.source.path).parent if spec.source else Path()


def plan_spec(spec: Spec, log_size_bytes: int | None = None) -> Plan:
    """Return the plan for the board that the spec names; see `make_plan`."""
    return make_plan(spec, board_of(spec), log_size_bytes)


def plan_file(path: str | Path) -> Plan:
    """Return the plan for a file (`-`: standard input).

    Raises SpecErrors or PlanErrors with every error that can be found: if a value cannot be read,
    the rules still check what does not depend on it.
    """
    try:
        spec = load_spec(path)
    except SpecErrors as error:
        raise SpecErrors(complete(error)) from None
    return plan_spec(spec)


def complete(error: SpecErrors) -> list[Diagnostic]:
    """Return the error's diagnostics and what the rules find in the rest of the spec."""
    findings = Findings(list(error.diagnostics))
    if error.partial is not None:
        board = readable(lambda: _find_board(error.partial, findings))
        check_all(Draft(error.partial, board), findings)
    return findings.diagnostics


def make_plan(spec: Spec, board: Board, log_size_bytes: int | None = None) -> Plan:
    """Return the plan; warnings are in its `diagnostics`. Raises PlanErrors with all errors.

    `log_size_bytes`: the memory that an ELF leaves for the log if the spec says `auto`; without it
    the log leaves the board's budget for the rest of the data.
    """
    drawn = Draft(spec, board, log_size_bytes)
    findings = Findings(list(spec.warnings))
    check_all(drawn, findings)
    findings.raise_errors(PlanErrors)
    return _plan(drawn, findings)


def _plan(drawn: Draft, findings: Findings) -> Plan:
    """Return the plan of a draft that has passed the rules, so that all of it is resolved."""
    board, data, mode = drawn.board, drawn.windows["data"], drawn.mode
    log_bytes, endurance = drawn.log_bytes, drawn.endurance
    assert mode and log_bytes is not None and endurance
    assert drawn.rings
    log = Window(
        start=data.end - log_bytes,
        size_bytes=log_bytes,
        name="log",
        memory=data.memory,
        owner="m33",
        title="sample log",
        asleep=data.asleep,
    )

    def carved(part: Carveout) -> Window:
        return Window(
            start=part.start,
            size_bytes=part.size_bytes,
            name=part.name,
            memory=part.memory,
            owner=part.owner,
            title=part.title,
            asleep=part.memory in mode.reachable,
            linux=part.linux,
            optee=part.optee,
        )

    return Plan(
        spec=drawn.spec,
        board=board,
        mode=mode,
        code=drawn.windows["code"],
        data=data,
        log=log,
        log_slots=log_format.slots(log_bytes),
        rings=RingsPlan(
            memory=drawn.rings.memory,
            in_ddr=drawn.rings.memory == board.ddr.memory,
            shm=carved(drawn.rings.shm),
            vring0=carved(drawn.rings.vring0),
            vring1=carved(drawn.rings.vring1),
            vdev_buffer=carved(drawn.rings.vdev_buffer),
            guard=_guard(drawn.rings, carved),
            left=tuple(carved(window) for window in drawn.rings.windows.values()),
        ),
        reserved=tuple(carved(part) for part in board.reserved),
        endurance=endurance,
        timing=drawn.timing,
        sensors=tuple(_sensors(drawn)),
        bus=_bus(drawn),
        wake_rules=wake_rules(drawn.spec),
        screen=screen_plan(drawn.spec),
        by_hand=drawn.by_hand,
        linux_off=_linux_off(drawn),
        diagnostics=tuple(findings.diagnostics),
    )


def _sensors(drawn: Draft) -> Iterator[PlannedSensor]:
    for number, (part, figures) in enumerate(zip(drawn.spec.sensors, drawn.figures, strict=True)):
        yield PlannedSensor(
            number=number,
            part=part,
            figures=figures,
            pins={use.use: _pin(drawn, part, use) for use in part.PINS},
            bus=drawn.sensor_bus(part),
            waits=drawn.waits(part),
        )


def _guard(rings: Rings, carved: Callable[[Carveout], Window]) -> Window:
    """Return OP-TEE's region with the rings, and with what else has its label."""
    label = rings.shm.optee
    also = [window for window in rings.windows.values() if window.optee == label]
    whole = hull([*rings.parts, *also])
    shared = carved(rings.shm)
    return replace(
        shared, start=whole.start, size_bytes=whole.size_bytes, title="rings and message buffers"
    )


def _linux_off(drawn: Draft) -> tuple[str, ...]:
    """Return the buses, the console, and other devices that could use the sensors' pins."""
    board, nodes = drawn.board, []
    for sensor, use in drawn.pin_uses:
        pin = drawn.pin(sensor, use)
        if pin and pin.signal:
            nodes.append(pin.signal.partition("_")[0].lower())
    nodes += [bus.name for bus in drawn.buses]
    if drawn.spec.console:
        nodes.append(board.console.uart)
    return tuple(sorted(set(nodes)))


def _pin(drawn: Draft, sensor: SensorPart, use: PinUse) -> PinPlan:
    board, pin = drawn.board, drawn.pin(sensor, use)
    assert pin
    port, exti = board.chip.gpio_ports[pin.port], board.chip.exti
    return PinPlan(
        name=pin.name,
        port=pin.port,
        number=pin.number,
        gpio_node=port.node,
        gpio_start=port.start,
        exti_line=pin.number,
        irq=exti.first_irq + pin.number,
        connector=pin.connector,
        position=pin.position,
        use=use,
    )


def _bus(drawn: Draft) -> BusPlan | None:
    screen, bus = drawn.spec.display, drawn.bus
    if screen is None or bus is None or drawn.picture_us is None:
        return None
    controller = drawn.board.chip.i2c[bus.name]
    return BusPlan(
        name=bus.name,
        node=controller.name,
        start=controller.start,
        irq=controller.irq,
        address=screen.address,
        speed_hz=bus.speed_hz,
        frame_bytes=display.frame_bytes(*screen.size, drawn.most_bytes),
        frame_us=drawn.picture_us,
        data=bus,
        most_bytes=drawn.most_bytes,
    )
