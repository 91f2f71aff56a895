"""Search the model: every reachable world, and from each one the path back to streaming."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from tests.handshake.model import ForbiddenError, Model
from tests.handshake.world import World

PATIENCE = 80
"""Limit of steps for a world to stream again after the last fault."""


class FoundError(AssertionError):
    """A forbidden world was found; carries the path to it."""


def explore(model: Model) -> dict[World, tuple[str, World] | None]:
    """Return all reachable worlds, each with the step that first led to it.

    Raises FoundError where the firmware uses a ring while DDR is closed, where its door is open
    during a sleep that it agreed to, or where it forgets a condition.
    """
    start = World()
    parents: dict[World, tuple[str, World] | None] = {start: None}
    queue = deque([start])
    while queue:
        world = queue.popleft()
        if world.linux == "down" and model.door_open(world):
            raise FoundError(_story(parents, world, "DDR is closed and the door open"))
        try:
            for name, after in model.steps(world):
                if after not in parents:
                    parents[after] = (name, world)
                    queue.append(after)
        except ForbiddenError as error:
            raise FoundError(_story(parents, world, str(error))) from error
    return parents


def streams(world: World) -> bool:
    """Return whether both sides are in a streaming state."""
    return world.fw in ("awake", "draining") and world.session == "H" and world.peer == "online"


def permitted(world: World) -> bool:
    """Return whether Linux may suspend."""
    return world.peer == "suspended"


def check_progress(model: Model, worlds: Iterable[World], goal: Callable[[World], bool]) -> None:
    """Raise FoundError unless every world, without faults and in a fair order, reaches the goal."""
    calm = model.without_faults()
    arrives: set[World] = set()
    for world in worlds:
        path = [world]
        while not goal(path[-1]) and path[-1] not in arrives:
            after = _next_in_order(calm, path[-1])
            if after is None or len(path) > PATIENCE:
                raise FoundError(f"never comes to {goal.__name__}: {world}\n stuck at {path[-1]}")
            path.append(after)
        arrives.update(path)


_ORDER = (
    "bell",
    "fw: link",
    "fw: has",
    "fw: vq1",
    "fw: reads",
    "fw: poll",
    "peer: reads",
    "device",
    "fw: guard",
    "fw: settles",
)
_LAST = ("fw: patience over", "fw: ten seconds", "peer: silence")


def _next_in_order(calm: Model, world: World) -> World | None:
    """Return the most urgent step that changes the world: every other step before any timer."""

    def urgency(step: tuple[str, World]) -> int:
        ranks = [rank for rank, prefix in enumerate(_ORDER) if step[0].startswith(prefix)]
        late = step[0].startswith(_LAST) + 2 * (step[0] == "fw: pause over")
        return ranks[0] if ranks else len(_ORDER) + late

    changing = [step for step in calm.steps(world) if step[1] != world]
    return min(changing, key=urgency)[1] if changing else None


def _story(parents: dict[World, tuple[str, World] | None], world: World, what: str) -> str:
    lines = [f"{what}: {world}"]
    step = parents[world]
    while step is not None:
        lines.append(f"  {step[0]}")
        step = parents[step[1]]
    return "\n".join([lines[0], *reversed(lines[1:])])
