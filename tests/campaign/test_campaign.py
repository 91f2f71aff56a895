"""`fwgen campaign`: finds what is planted, shrinks it, goes on after a stop, runs on a cluster."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fwgen.campaign import workers
from fwgen.campaign.history import draw
from fwgen.campaign.record import Record, open_record
from fwgen.campaign.run import run_campaign
from fwgen.campaign.trial import Failure, Setting, Tally, library, try_history, try_seed
from fwgen.cli.main import main
from fwgen.errors import InputError
from fwgen.scenario.load import load_scenario
from tests.campaign.planted import MOST_STEPS, PLANTED, failure_of, plant_of, seed_that_finds
from tests.patience import PATIENCE_S, wait_until

ENDINGS = (".spec.yaml", ".yaml")


def campaign(folder: Path, *words: str, code: int = 0) -> None:
    assert main(["campaign", "--report", str(folder), *words]) == code


def record_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "campaign.json").read_text("utf-8"))
    return found


def tried(folder: Path) -> dict[str, Any]:
    """Return the record without the host's time."""
    return {name: value for name, value in record_of(folder).items() if name != "wall_s"}


def test_a_few_seeds_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    campaign(tmp_path / "a", "--seeds", "24", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["fwgen-campaign"], found["verdict"], found["done"]) == (1, "pass", 24)
    assert found["tried"]["histories"] == 24
    assert found["tried"]["samples"] > 1000
    assert found["tried"]["step suspend"] > 10
    assert found == record_of(tmp_path / "a")


def test_the_record_does_not_depend_on_the_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "CHUNK", 3)
    monkeypatch.setattr("fwgen.campaign.run.CHUNK", 3)
    for jobs in ("1", "3"):
        campaign(tmp_path / jobs, "--seeds", "12", "--seed", "5", "--jobs", jobs)
    assert tried(tmp_path / "1") == tried(tmp_path / "3")


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found_and_shrunk(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed, plant = seed_that_finds(fault), plant_of(fault)
    failure = failure_of(fault, seed, tmp_path)
    assert failure["seed"] == seed
    assert failure["steps"] <= MOST_STEPS
    found = re.search(r"again: `fwgen (.*)`", capsys.readouterr().err)
    assert found is not None
    small = load_scenario(tmp_path / f"seed-{seed}.yaml")
    again = try_history(replace(draw(seed), scenario=small), Setting(plant=str(plant)), Tally())
    assert again is not None and again.reasons == tuple(failure["reasons"])
    assert main(shlex.split(found[1])) == 1, "the command must show the failure again"
    assert failure["reasons"][0][:40] in " ".join(capsys.readouterr().out.split())
    assert main(["run", str(tmp_path / f"seed-{seed}.yaml"), "--seed", str(seed)]) == 0


def test_a_core_that_ends_its_process_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(draw(3).spec, "")

    def dies(seed: int, setting: Setting, tally: Tally) -> Failure | None:
        os._exit(4) if seed == 3 else None
        return try_seed(seed, setting, tally)

    def one_dies(history: Any, setting: Setting, tally: Tally) -> Failure | None:
        os._exit(4) if history.seed == 3 and history.scenario.steps else None
        return try_history(history, setting, tally)

    monkeypatch.setattr(workers, "try_seed", dies)
    monkeypatch.setattr("fwgen.campaign.apart.try_history", one_dies)
    campaign(tmp_path, "--seeds", "5", "--jobs", "2", code=1)
    failure = record_of(tmp_path)["failure"]
    assert failure["seed"] == 3
    assert failure["reasons"] == ["The run broke: it ended its process (exit code 4)."]
    assert failure["steps"] == 1


def test_a_stopped_campaign_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fwgen.campaign.run.CHUNK", 2)
    campaign(tmp_path / "whole", "--seeds", "10", "--jobs", "1")

    def stop(reached: int, end: int) -> None:
        if reached >= 4:
            raise KeyboardInterrupt

    record = open_record(tmp_path / "parts", Setting(), 0, 10)
    with pytest.raises(KeyboardInterrupt):
        run_campaign(record, tmp_path / "parts", jobs=1, at=stop, say=print)
    stopped = record_of(tmp_path / "parts")
    assert (stopped["verdict"], stopped["done"]) == ("stopped", 4)
    campaign(tmp_path / "parts", "--seeds", "10", "--jobs", "1")
    assert tried(tmp_path / "parts") == tried(tmp_path / "whole")


def test_ctrl_c_ends_the_workers(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fwgen", "campaign", "--seeds", "100000"]
    process = subprocess.Popen(
        [*command, "--report", str(tmp_path)], stderr=subprocess.PIPE, text=True
    )
    wait_until((tmp_path / "campaign.json").exists, "the campaign has begun")
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    found = record_of(tmp_path)
    assert found["verdict"] == "stopped"
    assert f"{found['done']:,} of 100,000 histories are in {tmp_path}; the same command" in told


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends them then")
def test_a_campaign_that_is_killed_leaves_no_workers(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fwgen", "campaign", "--seeds", "100000", "--jobs", "2"]
    process = subprocess.Popen([*command, "--report", str(tmp_path)], stderr=subprocess.PIPE)
    wait_until(lambda: len(workers_of(process.pid)) == 2, "two workers run")
    process.kill()
    process.communicate(timeout=PATIENCE_S)  # until no process has its stderr


def workers_of(pid: int) -> list[str]:
    """Return the children that a process has forked and that run the same program."""
    own = Path(f"/proc/{pid}/cmdline").read_bytes()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [child for child in children if Path(f"/proc/{child}/cmdline").read_bytes() == own]


def test_one_history_is_counted_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["campaign", "--seeds", "1", "--jobs", "1", "--report", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("1 history from seed 0 on")


def test_an_error_before_the_first_history_keeps_the_record_before(tmp_path: Path) -> None:
    before = Record(Setting(), 0, 10, failure=Failure(1, ("lost",), ("why",)))
    before.save(tmp_path)
    content = (tmp_path / "campaign.json").read_bytes()
    with pytest.raises(InputError), Record(Setting(), 0, 10).begun(tmp_path):
        raise InputError("no scheduler")
    assert (tmp_path / "campaign.json").read_bytes() == content


def test_another_campaigns_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Record(Setting(), 7, 10).save(tmp_path)
    campaign(tmp_path, "--seeds", "1", code=2)
    assert "has another campaign (first 7)" in capsys.readouterr().err
    (tmp_path / "campaign.json").write_text("{}", "utf-8")
    campaign(tmp_path, "--seeds", "1", code=2)
    assert "is not a campaign's record" in capsys.readouterr().err


def test_a_file_of_somebody_else_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed, plant = seed_that_finds("send-after-ack"), str(plant_of("send-after-ack"))
    path = tmp_path / f"seed-{seed}.yaml"
    path.write_text("mine", "utf-8")
    campaign(tmp_path, "--seed", str(seed), "--seeds", "1", "--plant", plant, code=1)
    assert f"fwgen run {tmp_path}/seed-{seed}-2.yaml" in capsys.readouterr().err
    assert path.read_text("utf-8") == "mine"
    assert sorted(record_of(tmp_path)["files"]) == [f"seed-{seed}-2{end}" for end in ENDINGS]
    assert load_scenario(tmp_path / f"seed-{seed}-2.yaml").spec == f"seed-{seed}-2.spec.yaml"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--seeds", "0"], "expected a whole number from 1 to 100,000,000"),
        (["--jobs", "100000"], "four for each processor"),
        (["--jobs", "0"], "expected a whole number from 1 to"),
        (["--seed", "-1"], "expected a whole number from 0"),
        (["--plant", "nowhere.toml"], "nowhere.toml"),
        (["--backend", "renode", "--plant", "x.toml"], "changes the core of the host backend"),
    ],
)
def test_bad_arguments(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign(tmp_path, *words, code=2)
    assert told in capsys.readouterr().err


@pytest.mark.needs("distributed")
def test_a_cluster_that_loses_a_worker_does_all_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr("fwgen.campaign.run.CHUNK", 2)
    campaign(tmp_path / "here", "--seeds", "16")
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        victim = next(iter(cluster.workers.values()))
        killed = threading.Event()

        def kill() -> None:
            os.kill(victim.process.process.pid, signal.SIGKILL)
            killed.set()

        record = open_record(tmp_path / "there", Setting(), 0, 16)

        def at(reached: int, end: int) -> None:
            if not killed.is_set():
                kill()

        run_campaign(
            record,
            tmp_path / "there",
            jobs=1,
            cluster=cluster.scheduler_address,
            at=at,
            say=print,
        )
    assert killed.is_set()
    assert tried(tmp_path / "there") == tried(tmp_path / "here")


@pytest.mark.needs("distributed")
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "http://a:9", "tls://127.0.0.1:9"])
def test_a_cluster_that_is_not_there_is_an_error(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    monkeypatch.setattr(workers, "_ANSWERS_S", 0.2)
    campaign(tmp_path, "--cluster", address, "--seeds", "1", code=2)
    assert f"no Dask scheduler answers at {address}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.needs("distributed")
def test_a_cluster_without_workers_is_reported_once(tmp_path: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=0, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        said: list[str] = []

        def say(text: str) -> None:
            said.append(text)
            cluster.scale(1)

        run_campaign(
            open_record(tmp_path, Setting(), 0, 4),
            tmp_path,
            jobs=1,
            cluster=cluster.scheduler_address,
            at=lambda reached, end: None,
            say=say,
        )
        how = f"start one: `dask worker {cluster.scheduler_address}`"
    assert said == [f"the cluster has no workers yet; waiting ({how})"]
    assert tried(tmp_path)["tried"]["histories"] == 4


@pytest.mark.parametrize("address", ["", " "])
def test_an_empty_address_of_a_cluster_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    campaign(tmp_path, "--cluster", address, "--seeds", "1", code=2)
    assert "expected the address of a Dask scheduler" in capsys.readouterr().err


@pytest.mark.needs("distributed")
def test_a_cluster_whose_address_is_invalid_shows_no_traceback(tmp_path: Path) -> None:
    """Dask prints one when a client that never began is deleted, at the end of the process."""
    command = [sys.executable, "-m", "fwgen", "campaign", "--cluster", "nonsense", "--seeds", "1"]
    done = subprocess.run([*command, "--report", str(tmp_path / "a")], capture_output=True)
    assert done.returncode == 2
    error, hint = done.stderr.decode().splitlines()
    assert error.startswith("error: no Dask scheduler answers at nonsense: ")
    assert hint.startswith("help: ")
