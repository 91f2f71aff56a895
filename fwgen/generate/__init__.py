"""Renders a plan into the files of the application and of the two fragments.

It decides nothing: every value and every choice comes from the plan, through `context`.
"""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

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


def render(plan: Plan) -> dict[str, bytes]:
    """Return the generated tree: relative path -> content. The same plan gives the same bytes.

    A template whose name ends in `.j2` is rendered, any other is copied; both get the banner.
    `{board}` and other names in a template's file name are replaced (see `context.file_names`).
    """
    from fwgen.generate.templating import Renderer

    names = file_names(plan)
    renderer = Renderer(render_context(plan))
    files: dict[str, bytes] = {}
    for place, path, source in _templates():
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


def _templates() -> Iterator[tuple[str, str, Traversable]]:
    """Yield (folder, path in it, file), in a fixed order."""
    root = resources.files("fwgen.generate").joinpath("templates")
    for place in sorted(_PLACES):
        for path, source in _walk(root.joinpath(place), ""):
            yield place, path, source


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif not entry.name.startswith(".") and not entry.name.endswith((".orig", "~")):
            yield f"{prefix}{entry.name}", entry
