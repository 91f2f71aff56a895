"""Jinja with strict settings: an undefined name is an error, and nothing is escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jinja2

from fwgen.errors import FwgenError


class TemplateError(FwgenError):
    """One of fwgen's templates is broken: a bug in fwgen, not in the spec."""


class Renderer:
    """`load`: returns the text of a template that another one includes; None: there is none."""

    def __init__(
        self, context: Mapping[str, object], load: Callable[[str], str | None] = lambda name: None
    ) -> None:
        self._context = context
        self._environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            loader=jinja2.FunctionLoader(load),
        )

    def render(self, name: str, text: str) -> str:
        """Return the rendered text.

        Raises TemplateError with the template's name, and its line if Jinja knows it.
        """
        try:
            return self._environment.from_string(text).render(self._context)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(f"template {name}, line {error.lineno}: {error.message}") from error
        except jinja2.TemplateError as error:
            raise TemplateError(f"template {name}: {error}") from error
