"""What a release needs: one version, a heading in the changes, a workflow that may publish."""

from __future__ import annotations

import importlib.machinery
import importlib.util
from pathlib import Path
from types import ModuleType

from ruamel.yaml import YAML

from fwgen import __version__

ROOT = Path(__file__).parents[2]


def script() -> ModuleType:
    """scripts/release builds the wheels and tries them; here only its checks run."""
    loader = importlib.machinery.SourceFileLoader("release", str(ROOT / "scripts/release"))
    spec = importlib.util.spec_from_loader("release", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_version_of_the_tree_can_be_released() -> None:
    assert script().problems(f"v{__version__}") == []


def test_a_tag_of_another_version_is_refused() -> None:
    found = script().problems("v9.9.9")
    assert found == [
        f"the tag is v9.9.9, the version is {__version__}: expected the tag v{__version__}"
    ]


def test_the_workflow_tries_before_it_publishes_each_project() -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    jobs = YAML(typ="safe").load(text)["jobs"]
    assert any("scripts/release" in step.get("run", "") for step in jobs["build"]["steps"])
    publish = jobs["publish"]
    assert publish["needs"] == "build" and publish["permissions"] == {"id-token": "write"}
    assert publish["strategy"]["matrix"]["project"] == list(script().PROJECTS)
    assert "secrets." not in text
