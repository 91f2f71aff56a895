"""Templates insert words and decide nothing."""

from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

import fwgen.generate
from fwgen.generate.templating import Renderer, TemplateError

ROOT = Path(fwgen.generate.__file__).parent / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.j2"))

# text, a name, a field of a name, a plain loop, a plain choice
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.For,
    nodes.If,
    nodes.Include,
)


def decisions(text: str) -> list[str]:
    """Return what a template does besides inserting words."""
    tree = jinja2.Environment().parse(text)
    found = [
        f"line {node.lineno}: {type(node).__name__}"
        for node in tree.find_all(nodes.Node)
        if not isinstance(node, ALLOWED)
    ]
    found += [f"line {node.lineno}: elif" for node in tree.find_all(nodes.If) if node.elif_]
    found += [f"line {node.lineno}: loop" for node in tree.find_all(nodes.For) if node.test]
    return found


@pytest.mark.parametrize("name", TEMPLATES)
def test_decides_nothing(name: str) -> None:
    assert decisions((ROOT / name).read_text()) == []


@pytest.mark.parametrize(
    "text",
    ["{{ a + 1 }}", "{% if a == 1 %}{% endif %}", "{{ a|upper }}", "{{ f(a) }}", "{{ a[0] }}",
     "{% set b = a %}", "{{ b if a else c }}", "{% for x in a if x %}{% endfor %}"],
)  # fmt: skip
def test_a_decision_is_found(text: str) -> None:
    assert decisions(text)


def test_an_undefined_name_is_an_error() -> None:
    renderer = Renderer({"known": "x", "group": {"known": "y"}})
    assert renderer.render("t", "{{ known }}{{ group.known }}\n") == "xy\n"
    with pytest.raises(TemplateError, match=r"template app/a\.c\.j2: 'unknown' is undefined"):
        renderer.render("app/a.c.j2", "{{ unknown }}")
    with pytest.raises(TemplateError, match="no attribute 'unknown'"):
        renderer.render("t", "{{ group.unknown }}")
    with pytest.raises(TemplateError, match="unknown"):
        renderer.render("t", "{% if unknown %}{% endif %}")


def test_the_error_for_a_broken_template_has_its_line() -> None:
    with pytest.raises(TemplateError, match="template t, line 2"):
        Renderer({}).render("t", "\n{% for %}")
