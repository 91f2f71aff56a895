"""Only this machine can reach Renode's ports: the preloaded library, and its users.

127.0.0.2 is another address of the machine: a socket that listens on all addresses answers there,
one that listens on 127.0.0.1 does not.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fwgen.backends.renode import loopback
from fwgen.errors import MissingToolError
from fwgen.robot import runner

BOUND = """
import socket, sys
family, host, dual = getattr(socket, sys.argv[1]), sys.argv[2], sys.argv[3] == "dual"
with socket.socket(family) as s:
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not dual)
    s.bind((host, 0))
    print(s.getsockname()[0])
"""


def bound(family: str, host: str, dual: str = "alone") -> str:
    """Return the address of a socket that was bound to `host`."""
    done = subprocess.run(
        [sys.executable, "-c", BOUND, family, host, dual],
        env={**os.environ, **loopback.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr


def test_all_addresses_become_loopback() -> None:
    assert bound("AF_INET", "0.0.0.0") == "127.0.0.1"
    assert bound("AF_INET", "127.0.0.2") == "127.0.0.2", "a given address stays"


@pytest.mark.skipif(not socket.has_ipv6, reason="this Python has no IPv6")
def test_the_same_with_ipv6() -> None:
    try:
        with socket.socket(socket.AF_INET6) as trial:
            trial.bind(("::1", 0))
    except OSError as error:
        pytest.skip(f"the system has no IPv6 ({error.strerror})")
    assert bound("AF_INET6", "::") == "::1"
    assert bound("AF_INET6", "::", "dual") == "::ffff:127.0.0.1"


def test_a_unix_socket_is_left_alone(tmp_path: Path) -> None:
    place = str(tmp_path / "socket")
    program = f"import socket; s = socket.socket(socket.AF_UNIX); s.bind({place!r}); s.listen()"
    environment = {**os.environ, **loopback.environment()}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert Path(place).exists()


def test_a_process_knows_whether_it_is_limited_to_loopback() -> None:
    assert not loopback.confined()
    program = "from fwgen.backends.renode import loopback as l; print(l.confined())"
    run = [sys.executable, "-m", "fwgen.backends.renode.loopback", sys.executable, "-c", program]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_without_preloading_the_program_restarts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(os, "execve", lambda *call: started.append(call))
    loopback.start_again()
    assert len(started) == 1
    monkeypatch.setenv("LD_PRELOAD", started[0][2]["LD_PRELOAD"])
    loopback.start_again()
    assert len(started) == 1


def test_other_preloaded_libraries_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD", "/one.so:/two.so")
    assert loopback.environment()["LD_PRELOAD"].split(":")[1:] == ["/one.so", "/two.so"]


def test_renodes_runner_is_limited_to_loopback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its server executes every command that it receives."""
    program = tmp_path / "renode-test"
    program.write_text(
        f"#!{sys.executable}\nimport pathlib, socket, sys\ns = socket.socket()\ns.bind(('', 0))\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('-r') + 1])\nout.mkdir(parents=True)\n"
        "(out / 'robot_output.xml').write_text(s.getsockname()[0])\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(runner, "firmware", lambda spec, builds: tmp_path / "node.elf")
    result = runner.run_renode_test(program, tmp_path / "out", tmp_path)
    assert result is not None and result.read_text() == "127.0.0.1"


def test_no_port_is_opened_to_the_network_without_a_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For example, without a compiler for the library."""
    from fwgen.monitor.bench import Bench

    bench = Bench.__new__(Bench)
    bench.listens_everywhere = False
    with pytest.raises(MissingToolError, match="whole network"):
        bench.serve_gdb(3333)
