"""Jinja with strict settings: an undefined name is an error, and nothing is escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import CodeType

import jinja2

from fwgen.errors import FwgenError


class TemplateError(FwgenError):
    """One of fwgen's templates is broken: a bug in fwgen, not in the spec."""


def _environment(loader: jinja2.BaseLoader | None = None) -> jinja2.Environment:
    return jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        loader=loader,
    )


@cache
def _compiled(text: str) -> CodeType:
    """Return the template's code. Many specs are rendered with the same templates."""
    return _environment().compile(text)


class Renderer:
    """`load`: returns the text of a template that another one includes; None: there is none."""

    def __init__(
        self, context: Mapping[str, object], load: Callable[[str], str | None] = lambda name: None
    ) -> None:
        self._context = context
        self._environment = _environment(jinja2.FunctionLoader(load))

    def render(self, name: str, text: str) -> str:
        """Return the rendered text.

        Raises TemplateError with the template's name, and its line if Jinja knows it.
        """
        try:
            environment = self._environment
            made = jinja2.Template.from_code(environment, _compiled(text), environment.globals)
            return made.render(self._context)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(f"template {name}, line {error.lineno}: {error.message}") from error
        except jinja2.TemplateError as error:
            raise TemplateError(f"template {name}: {error}") from error
