"""`python -m fwgen.setup.download URL FILE SHA256`: download one file, resume a partial download.

The data is in FILE.part until it is complete and its SHA-256 is right.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TextIO

from fwgen.errors import FwgenError, ToolBrokeError

_CHUNK_BYTES = 1 << 16
_TIMEOUT_S = 60.0


def fetch(url: str, file: Path, sha256: str, progress: TextIO) -> None:
    """Download `url` to `file`, unless `file` exists with this SHA-256.

    Raises ToolBrokeError; a partial download is kept, one with a wrong SHA-256 is removed.
    """
    if file.is_file() and _sum(file) == sha256:
        return
    part = file.with_name(f"{file.name}.part")
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        _append(url, part, progress)
    except (OSError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", None) or error
        hint = "the partial download is kept; run the command again to resume it"
        raise ToolBrokeError(f"{url}: {reason}", hint) from error
    found = _sum(part)
    if found != sha256:
        part.unlink()
        message = f"{url}: expected SHA-256 {sha256}, found {found}; the download was removed"
        raise ToolBrokeError(message, "run the command again")
    part.replace(file)


def _append(url: str, part: Path, progress: TextIO) -> None:
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"User-Agent": "fwgen"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # the partial download is complete
            return
        raise
    with answer:
        resumed = have > 0 and answer.status == 206
        have = have if resumed else 0
        total = have + int(answer.headers.get("Content-Length") or 0)
        with part.open("ab" if resumed else "wb") as stream:
            while chunk := answer.read(_CHUNK_BYTES):
                stream.write(chunk)
                have += len(chunk)
                _show(progress, part.name.removesuffix(".part"), have, total)
    if have < total:
        raise OSError(f"the connection ended after {have:,} of {total:,} bytes")


def _show(progress: TextIO, name: str, have: int, total: int) -> None:
    if not progress.isatty():
        return
    share = f"{have * 100 // total:3} %" if total else "     "
    end = "\n" if total and have >= total else ""
    progress.write(f"\r\x1b[K{name}  {share}  {have >> 20} of {total >> 20} MiB{end}")
    progress.flush()


def _sum(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fwgen.setup.download", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("file", type=Path)
    parser.add_argument("sha256")
    args = parser.parse_args()
    try:
        fetch(args.url, args.file, args.sha256, sys.stderr)
    except FwgenError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(os.fspath(args.file))
    return 0


if __name__ == "__main__":
    sys.exit(main())
