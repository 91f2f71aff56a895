from pathlib import Path

import pytest

from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.spec import load_spec

SPECS = Path(__file__).parent / "specs"
EXAMPLES = Path(__file__).parents[2] / "fwgen/spec/examples"


def plan_of(path: Path) -> Plan:
    return plan_spec(load_spec(path))


@pytest.fixture(scope="session")
def reference_spec() -> Path:
    return EXAMPLES / "range-node.yaml"


@pytest.fixture(scope="session")
def other_spec() -> Path:
    """Another board, other pins, period and windows, no display."""
    return SPECS / "other.yaml"


@pytest.fixture(scope="session")
def reference(reference_spec: Path) -> Plan:
    return plan_of(reference_spec)


@pytest.fixture(scope="session")
def other(other_spec: Path) -> Plan:
    return plan_of(other_spec)
