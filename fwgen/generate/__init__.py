"""Renders a plan into the files of the application and of the two fragments.

It decides nothing: every value and every choice comes from the plan, through `context`.
"""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from fwgen.facets import sensor_folder
from fwgen.generate import banner
from fwgen.generate.context import file_names, render_context
from fwgen.generate.sensor import generated_folder, sensor_context, source_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fwgen.plan.model import Plan

# folder in templates/ -> folder of its files in the generated tree
_PLACES = {
    "app": ".",
    "board": "fragments",
    "linux": "fragments/linux",
    "optee": "fragments/optee",
}
_TEMPLATE_SUFFIX = ".j2"
_PART_SUFFIX = ".part.j2"
"""Of templates that others include."""
_SENSORS = "src/sensors/"

Template: TypeAlias = "tuple[str, str, Traversable]"
"""Its folder, its path there, and the file."""


def render(plan: Plan) -> dict[str, bytes]:
    """Return the generated tree: relative path -> content. The same plan gives the same bytes.

    A template whose name ends in `.j2` is rendered, any other is copied; both get the banner.
    A sensor's folder is in the tree only if the spec has the sensor, and twice if it has two.
    `{board}` and other names in a template's file name are replaced (see `context.file_names`).
    """
    from fwgen.generate.templating import Renderer

    names, context = file_names(plan), render_context(plan)
    renderer = Renderer(context, _included)
    files: dict[str, bytes] = {}

    def add(place: str, path: str, target: str, source: Traversable, head: bytes = b"") -> None:
        text, file = source.read_bytes(), PurePosixPath(_PLACES[place], target.format_map(names))
        if file.suffix == _TEMPLATE_SUFFIX:
            file = file.with_suffix("")
            first = banner.for_spec(file, plan.spec.name)
            text = renderer.render(f"{place}/{path}", text.decode()).encode()
        else:
            first = banner.for_every_spec(file)
        files[str(file)] = first + (head if file.suffix == ".c" else b"") + text

    others, of_sensors = _templates()
    for place, path, source in others:
        add(place, path, path, source)
    for sensor in plan.sensors:
        renderer = Renderer({**context, "sensor": sensor_context(plan, sensor)}, _included)
        folder, head = sensor_folder(sensor.part.TYPE).name, source_head(sensor)
        for place, path, source in of_sensors:
            kind, _, rest = path.removeprefix(_SENSORS).partition("/")
            if kind == folder:
                target = f"{_SENSORS}{generated_folder(sensor)}/{rest}"
                add(place, path, target, source, head)
    return dict(sorted(files.items()))


def _included(name: str) -> str | None:
    source = _root().joinpath(name)
    return source.read_text(encoding="utf-8") if source.is_file() else None


def _root() -> Traversable:
    return resources.files("fwgen.generate").joinpath("templates")


def _templates() -> tuple[list[Template], list[Template]]:
    """Return all, those of the sensors apart, in a fixed order."""
    found = [
        (place, path, source)
        for place in sorted(_PLACES)
        for path, source in _walk(_root().joinpath(place), "")
        if not path.endswith(_PART_SUFFIX)
    ]
    return (
        [one for one in found if not one[1].startswith(_SENSORS)],
        [one for one in found if one[1].startswith(_SENSORS)],
    )


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif not entry.name.startswith(".") and not entry.name.endswith((".orig", "~")):
            yield f"{prefix}{entry.name}", entry
