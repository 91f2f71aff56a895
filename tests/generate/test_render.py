"""The rendered tree: the same for the same spec, and different where the specs differ."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fwgen.generate import banner, render
from fwgen.plan.model import Plan
from tests.generate.conftest import plan_of


def test_the_same_spec_gives_the_same_bytes(reference_spec: Path) -> None:
    assert render(plan_of(reference_spec)) == render(plan_of(reference_spec))


def test_another_process_gives_the_same_bytes(reference_spec: Path, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-m", "fwgen", "generate", reference_spec, "-o", tmp_path / seed],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed},
        )
    first, second = (
        {p.relative_to(d): p.read_bytes() for p in sorted(d.rglob("*.*")) if p.is_file()}
        for d in (tmp_path / "1", tmp_path / "2")
    )
    assert first == second and first


def test_comments_and_spelling_of_the_spec_change_nothing(
    reference_spec: Path, reference: Plan, tmp_path: Path
) -> None:
    text = reference_spec.read_text()
    other = tmp_path / "other-name.yaml"
    other.write_text("# a comment\n" + text.replace("60 ms", "0.06 s"))
    assert other.read_text() != "# a comment\n" + text
    assert render(plan_of(other)) == render(reference)


def test_every_file_starts_with_a_banner(reference: Plan) -> None:
    mark = banner.MARK.encode()
    assert all(mark in content.partition(b"\n")[0] for content in render(reference).values())


def test_no_file_contains_the_path_of_the_spec(reference: Plan, reference_spec: Path) -> None:
    for name, content in render(reference).items():
        assert str(reference_spec.parent).encode() not in content, name


def test_a_change_of_the_spec_changes_only_the_files_that_depend_on_it(
    reference: Plan, other: Plan
) -> None:
    one, two = render(reference), render(other)
    for name in one.keys() & two.keys():
        depends = b"from the spec" in one[name].partition(b"\n")[0]
        assert depends == (one[name] != two[name]), name


def test_the_fragments_are_named_after_the_board(other: Plan) -> None:
    names = [name for name in render(other) if name.startswith("fragments/")]
    assert names == [
        "fragments/README.md",
        "fragments/fwgen-peer.toml",
        "fragments/linux/stm32mp257f_ev1-fwgen.dtsi",
        "fragments/optee/stm32mp257f_ev1-fwgen.dtsi",
        "fragments/suspend.sh",
    ]


ECHO = "src/sensors/hc_sr04/core/echo_config.c"


def values(plan: Plan, file: str = "src/core/fwgen_config.c") -> dict[str, str]:
    """Return the fields of a `struct` in the generated file; those of an array without index."""
    text = re.sub(r"\[\d+\]", "", render(plan)[file].decode())
    return dict(re.findall(r"^\t\.([\w.]+) = (.*),$", text, re.MULTILINE))


def test_the_configuration_has_the_values_of_the_spec(other: Plan) -> None:
    found = values(other)
    expected = {
        "spec_name": '"tank-gauge"',
        "node.log.streams.period_us": "100000u",
        "node.latency_us": "500000u",
        "refresh_period_us": "0u",
        "watchdog_us": "4000000u",
        "node.log.when_full": "LOG_KEEP_NEWEST",
        "log_size_bytes": "0x00010000u",
        "log_start": f"0x{other.data.end - 0x10000:08x}u",
    }
    assert {name: found[name] for name in expected} == expected
    echo = values(other, ECHO)
    assert (echo["range_min_mm"], echo["range_max_mm"]) == ("30u", "2500u")
    assert echo["sound_mm_per_s"] == "325179u"
    spec_hash = bytes(int(byte, 16) for byte in re.findall(r"0x\w\w", found["node.spec_hash"]))
    assert spec_hash == other.spec.spec_hash


def fields(headers: str, struct: str) -> list[str]:
    """Return the fields of a C struct; those of inner structs as `outer.inner`."""
    body = re.search(rf"struct {struct} \{{(.*?)\n\}}", headers, re.DOTALL)
    assert body, struct
    found = []
    for kind, name in re.findall(r"([\w ]+?)[ *]+(\w+)(?:\[\w+\])?;", body[1]):
        inner = fields(headers, kind.split()[1]) if kind.strip().startswith("struct ") else []
        found += [f"{name}.{field}" for field in inner] or [name]
    return found


def test_the_configuration_sets_every_field(reference: Plan) -> None:
    files = render(reference)
    headers = b"".join(content for name, content in files.items() if name.endswith(".h")).decode()
    headers = re.sub(r"/\*.*?\*/", "", headers, flags=re.DOTALL)
    # the first is 0 on the device, and only tests change it; the node computes the second
    own = ("node.log.streams.initial_seq", "node.log.spec")
    expected = [name for name in fields(headers, "fwgen_config") if name not in own]
    assert list(values(reference)) == expected
    assert list(values(reference, ECHO)) == fields(headers, "echo_config")


@pytest.mark.parametrize("policy", ["wake", "keep-newest", "keep-oldest"])
def test_every_policy_of_the_spec_has_its_name_in_c(reference: Plan, policy: str) -> None:
    sleep = reference.spec.sleep.model_copy(update={"when_full": policy})
    spec = reference.spec.model_copy(update={"sleep": sleep})
    name = values(replace(reference, spec=spec))["node.log.when_full"]
    assert name == "LOG_" + policy.upper().replace("-", "_")
    assert name in render(reference)["src/core/sample_log.h"].decode()
