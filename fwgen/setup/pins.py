"""Versions and sources of what `fwgen setup` installs. Every archive has its SHA-256.

Renode publishes no checksums with its releases; other package collections recorded the SHA-256
values below for the same release files and agree on them.
"""

from __future__ import annotations

from dataclasses import dataclass

ZEPHYR_VERSIONS = ("4.3.0", "4.4.1")
"""The first is the default: the tests run with it. docs/versions.md says what is known of each."""
WEST = "west==1.5.0"
CMAKE = "cmake==3.31.10"
NINJA = "ninja==1.13.2"
PYTHONNET = "pythonnet==3.2.1"
ROBOT = "robotframework==7.5"
PSUTIL = "psutil==7.2.2"
PYRENODE3_COMMIT = "dde4a47660ef1b8874a91ed514a0bd04b33a5add"
PYRENODE3 = f"pyrenode3 @ git+https://github.com/antmicro/pyrenode3.git@{PYRENODE3_COMMIT}"

_RENODE = "https://github.com/renode/renode/releases/download"


@dataclass(frozen=True)
class Archive:
    url: str
    sha256: str

    @property
    def file(self) -> str:
        return self.url.rpartition("/")[2]


RENODE: dict[str, dict[str, Archive]] = {
    "1.17.0": {
        "x86_64": Archive(
            f"{_RENODE}/v1.17.0/renode-1.17.0.linux-portable.tar.gz",
            "4ba7c68b59e2447f188ef4b4b112fcccd2802582c460beedceb63b84e5605a5f",
        ),
        "aarch64": Archive(
            f"{_RENODE}/v1.17.0/renode-1.17.0.linux-arm64-portable.tar.gz",
            "e9051578411441bfb47b77de0381cfba3badce03663367fab561472fd7807f1f",
        ),
    },
    "1.16.0": {
        "x86_64": Archive(
            f"{_RENODE}/v1.16.0/renode-1.16.0.linux-portable-dotnet.tar.gz",
            "e676e4bfbafc4be6a2ee074a52d2e72ca0dc47433447839e47a160c42a3943cc",
        ),
        "aarch64": Archive(
            f"{_RENODE}/v1.16.0/renode-1.16.0.linux-arm64-portable-dotnet.tar.gz",
            "449e4add705c6c8282facbe36cdb61755c86db6d3c7dd056fcd82f5ec4e4999e",
        ),
    },
}
"""Version -> machine (`uname -m`) -> the release that includes .NET. The first is the default."""

RENODE_VERSIONS = tuple(RENODE)

LINUX_PACKAGE = "linux-source-6.1"
LINUX_VERSION = "6.1.192-2"
"""Debian's package with the kernel's source, and the version that the tests run with. Debian's
archive keeps a version until the next point release; then the newer 6.1 is built and recorded."""
LINUX_RELEASE = Archive(
    "https://cdn.kernel.org/pub/linux/kernel/v6.x/linux-6.1.127.tar.xz",
    "18b0d41d1a7fbad56045cde0d7fc176bfb18361d29c9f07e57109bbf21bf7876",
)
"""For machines without Debian's package. The SHA-256 is from kernel.org's signed list."""
LINUX_ARCHIVES = {
    f"{LINUX_PACKAGE}_{LINUX_VERSION}_all.deb": (
        "ae95fe63d4c553f8d0e6c86cb1ab566f3894a43743eb19ab585cd97d82f26514"
    ),
    LINUX_RELEASE.file: LINUX_RELEASE.sha256,
}
"""File -> SHA-256 of its known contents."""
