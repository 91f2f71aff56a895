"""Versions and sources of what `fwgen setup` installs. Every archive has its SHA-256.

Renode publishes no checksums with its releases; other package collections recorded the SHA-256
values below for the same release files and agree on them.
"""

from __future__ import annotations

from dataclasses import dataclass

ZEPHYR_VERSION = "4.3.0"
WEST = "west==1.5.0"
CMAKE = "cmake==3.31.10"
NINJA = "ninja==1.13.2"
PYTHONNET = "pythonnet==3.2.1"
ROBOT = "robotframework==7.5"
PYRENODE3_COMMIT = "dde4a47660ef1b8874a91ed514a0bd04b33a5add"
PYRENODE3 = f"pyrenode3 @ git+https://github.com/antmicro/pyrenode3.git@{PYRENODE3_COMMIT}"

RENODE_VERSION = "1.16.0"
_RENODE = f"https://github.com/renode/renode/releases/download/v{RENODE_VERSION}"


@dataclass(frozen=True)
class Archive:
    url: str
    sha256: str

    @property
    def file(self) -> str:
        return self.url.rpartition("/")[2]


RENODE: dict[str, Archive] = {
    "x86_64": Archive(
        f"{_RENODE}/renode-{RENODE_VERSION}.linux-portable-dotnet.tar.gz",
        "e676e4bfbafc4be6a2ee074a52d2e72ca0dc47433447839e47a160c42a3943cc",
    ),
    "aarch64": Archive(
        f"{_RENODE}/renode-{RENODE_VERSION}.linux-arm64-portable-dotnet.tar.gz",
        "449e4add705c6c8282facbe36cdb61755c86db6d3c7dd056fcd82f5ec4e4999e",
    ),
}
"""The release that includes .NET, for each machine (`uname -m`)."""
