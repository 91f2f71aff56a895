"""A service in a process of its own. It never reaches this machine's logind."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path

from tests.patience import PATIENCE_S


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "fwgen.service", "run", *map(str, words)]
    folder = tempfile.mkdtemp(prefix="fwgen-peer-")
    if "--socket" not in words:
        command += ["--socket", f"{folder}/socket"]
    no_logind = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stderr=pipe, stdout=pipe, text=True, env=no_logind)
    weakref.finalize(process, shutil.rmtree, folder, ignore_errors=True)
    return process


def positions(database: Path) -> list[int]:
    """Return the positions of all samples, in the database's order."""
    if not database.exists():
        return []
    db = sqlite3.connect(database)
    try:
        return [row[0] for row in db.execute("SELECT position FROM sample ORDER BY log, position")]
    except sqlite3.OperationalError:  # it is just being made
        return []
    finally:
        db.close()


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Stop the service as systemd does; return exit code, standard output and errors."""
    process.terminate()
    out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, err
