"""Jinja, kept on a short leash: an undefined name is an error, nothing is escaped or guessed."""

from __future__ import annotations

from collections.abc import Mapping

import jinja2

from fwgen.errors import FwgenError


class TemplateError(FwgenError):
    """A template of fwgen's own is broken: a bug of fwgen, not of the spec."""


class Renderer:
    def __init__(self, context: Mapping[str, object]) -> None:
        self._context = context
        self._environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def render(self, name: str, text: str) -> str:
        """Raises TemplateError that names the template, and the line where Jinja knows it."""
        try:
            return self._environment.from_string(text).render(self._context)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(f"template {name}, line {error.lineno}: {error.message}") from error
        except jinja2.TemplateError as error:
            raise TemplateError(f"template {name}: {error}") from error
