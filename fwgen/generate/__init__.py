"""Renders a plan into the files of the application and of the two fragments.

It decides nothing: every value and every choice comes from the plan, through `context`.
"""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from fwgen.facets import sensor_folder
from fwgen.generate import banner
from fwgen.generate.context import file_names, render_context

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


def render(plan: Plan) -> dict[str, bytes]:
    """Return the generated tree: relative path -> content. The same plan gives the same bytes.

    A template whose name ends in `.j2` is rendered, any other is copied; both get the banner.
    A sensor's folder is in the tree only if the spec has the sensor.
    `{board}` and other names in a template's file name are replaced (see `context.file_names`).
    """
    from fwgen.generate.templating import Renderer

    names = file_names(plan)
    renderer = Renderer(render_context(plan), _included)
    files: dict[str, bytes] = {}
    for place, path, source in _templates():
        if path.endswith(_PART_SUFFIX) or not _is_used(plan, path):
            continue
        text = source.read_bytes()
        target = PurePosixPath(_PLACES[place], path.format_map(names))
        if target.suffix == _TEMPLATE_SUFFIX:
            target = target.with_suffix("")
            first = banner.for_spec(target, plan.spec.name)
            text = renderer.render(f"{place}/{path}", text.decode()).encode()
        else:
            first = banner.for_every_spec(target)
        files[str(target)] = first + text
    return dict(sorted(files.items()))


def _is_used(plan: Plan, path: str) -> bool:
    folder = path.removeprefix(_SENSORS).partition("/")[0]
    used = {sensor_folder(sensor.part.TYPE).name for sensor in plan.sensors}
    return not path.startswith(_SENSORS) or folder in used


def _included(name: str) -> str | None:
    source = _root().joinpath(name)
    return source.read_text(encoding="utf-8") if source.is_file() else None


def _root() -> Traversable:
    return resources.files("fwgen.generate").joinpath("templates")


def _templates() -> Iterator[tuple[str, str, Traversable]]:
    """Yield (folder, path in it, file), in a fixed order."""
    for place in sorted(_PLACES):
        for path, source in _walk(_root().joinpath(place), ""):
            yield place, path, source


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif not entry.name.startswith(".") and not entry.name.endswith((".orig", "~")):
            yield f"{prefix}{entry.name}", entry
