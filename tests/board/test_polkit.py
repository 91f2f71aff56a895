"""The polkit rule, asked of polkit's own daemon on a private system bus."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import pytest

RULE: Final = Path(__file__).parents[2] / "board/files/10-fwgen-peer.rules"
ASK: Final = """
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/etc
cp /etc/passwd /etc/group /run/etc/
for name in fwgen-peer other; do
    id=$((id + 901))
    echo "$name:x:$id:$id::/:/bin/sh" >> /run/etc/passwd
    echo "$name:x:$id:" >> /run/etc/group
done
for name in passwd group; do mount --bind /run/etc/$name /etc/$name; done
mount -t tmpfs -o mode=755 tmpfs /usr/share/polkit-1/rules.d
cp "$1" /usr/share/polkit-1/rules.d/10-fwgen-peer.rules
dbus-daemon --system --fork --nopidfile
/usr/lib/polkit-1/polkitd --no-debug &
for tries in $(seq 100); do pkaction > /run/actions 2>&1 && break; sleep 0.1; done
grep -q login1.suspend /run/actions
for user in fwgen-peer other; do
    setpriv --reuid $user --regid $user --clear-groups sleep 1000 &
    while [ "$(stat -c %U /proc/$!)" != $user ]; do sleep 0.01; done
    for action in suspend reboot; do
        code=0
        pkcheck --action-id org.freedesktop.login1.$action --process $! > /dev/null 2>&1 || code=$?
        echo $user $action $code
    done
done
"""
"""In own namespaces: it mounts over /run and parts of /etc; its processes end with it."""
YES, NO = 0, 2


def ask(rule: Path) -> dict[tuple[str, str], int]:
    """Return pkcheck's exit code by user and action."""
    own = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    ran = subprocess.run([*own, "sh", "-c", ASK, "ask", rule], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    rows = [line.split() for line in ran.stdout.splitlines()]
    return {(user, action): int(code) for user, action, code in rows}


@pytest.mark.needs("polkit")
def test_only_the_service_s_user_may_suspend_and_only_that() -> None:
    assert ask(RULE) == {
        ("fwgen-peer", "suspend"): YES,
        ("fwgen-peer", "reboot"): NO,
        ("other", "suspend"): NO,
        ("other", "reboot"): NO,
    }


@pytest.mark.needs("polkit")
def test_a_rule_that_is_no_javascript_permits_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "10-fwgen-peer.rules"
    broken.write_text(RULE.read_text().replace("addRule(", "addRule(("))
    assert set(ask(broken).values()) == {NO}
