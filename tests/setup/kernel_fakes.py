"""A stand-in for a kernel's source, and for the programs that fetch and build it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from tests.uml.driver import DRIVER

BOOTED = "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000000"
SOURCES = {
    "Makefile": b"all:\n",
    "arch/um/drivers/virtio_uml.c": DRIVER.encode(),
    "arch/um/Kconfig": b"um",
    "arch/arm/kernel.c": b"not needed",
    "arch/arm/Kconfig": b"needed",
    "drivers/Makefile": b"needed",
    "drivers/rpmsg/virtio_rpmsg_bus.c": b"needed",
    "drivers/gpu/drm/big.c": b"not needed",
    "drivers/gpu/drm/Kconfig.debug": b"needed",
    "drivers/net/loopback.c": b"needed",
    "drivers/net/other.c": b"not needed",
    "sound/core/pcm.c": b"not needed",
    "Documentation/index.rst": b"not needed",
    "kernel/fork.c": b"needed",
    "scripts/config.sh": b"needed",
}

_MAKE = """#!/bin/sh
echo "make $* (CFLAGS=$CFLAGS)" >> @log@
case "$*" in
*allnoconfig) : > .config ;;
*olddefconfig) sed -e 's/^\\(.*\\)=n$/# \\1 is not set/' -e "$(cat @state@/lost)" -i .config ;;
*linux)
	echo '  CC      init/main.o'
	test -f fwgen_rings.h || test -f arch/um/drivers/fwgen_rings.h || exit 8
	if [ -f @state@/broken ]; then echo 'init/main.c:7: error: no such thing' >&2; exit 2; fi
	if [ -f @state@/slow ]; then echo $$ > @state@/building; sleep 60; fi
	cp @state@/linux linux ;;
*) exit 9 ;;
esac
"""
_LINUX = f"""#!/bin/sh
if [ "$1" = --version ]; then echo 6.1.7; else cat @state@/boots; fi
# {"x" * 5000}
"""
_GCC = """#!/bin/sh
case "$1" in
--version) cat @state@/gcc ;;
-E) test ! -f @state@/no-headers ;;
esac
"""
_APT_CACHE = """#!/bin/sh
cat @state@/policy
"""
_APT_GET = """#!/bin/sh
echo "apt-get $*" >> @log@
test "$1" = download && cp @state@/source.deb "linux-source-6.1_${2#*=}_all.deb"
"""
_DPKG_DEB = """#!/bin/sh
test "$1" = --fsys-tarfile && cat "$2"
"""
POLICY = """linux-source-6.1:
  Installed: (none)
  Candidate: 6.1.9-1
  Version table:
     6.1.9-1 500
        500 http://deb.example.org/debian bookworm/main amd64 Packages
     6.1.8-1 500
        500 http://deb.example.org/debian bookworm/main amd64 Packages
 *** 6.1.7-3 100
        100 /var/lib/dpkg/status
"""


class Fakes:
    """`state`: files that steer the stand-ins, which are in `bin`."""

    def __init__(self, folder: Path, real: Path) -> None:
        self.state, self.bin = folder / "state", folder / "bin"
        self.log = folder / "calls"
        self.state.mkdir(parents=True)
        self.bin.mkdir()
        self.log.touch()
        for name, text in (
            ("gcc", "gcc (Debian) 12.2.0\n"),
            ("boots", BOOTED),
            ("policy", ""),
            ("lost", ""),
        ):
            (self.state / name).write_text(text)
        for name, text in (
            ("make", _MAKE),
            ("gcc", _GCC),
            ("apt-cache", _APT_CACHE),
            ("apt-get", _APT_GET),
            ("dpkg-deb", _DPKG_DEB),
            *((name, "#!/bin/sh\n") for name in ("bc", "bison", "flex", "ld")),
        ):
            self.program(self.bin / name, text)
        self.program(self.state / "linux", _LINUX)
        for name in ("sh", "cat", "cp", "sed", "sleep", "mkdir", "rm", "true"):
            (self.bin / name).symlink_to(real / name)

    def program(self, path: Path, text: str) -> None:
        for name, value in (("log", self.log), ("state", self.state)):
            text = text.replace(f"@{name}@", str(value))
        path.write_text(text)
        path.chmod(0o755)

    def calls(self) -> list[str]:
        """What was asked since the last time."""
        found = self.log.read_text().splitlines()
        self.log.write_text("")
        return found


def packed(top: str = "linux-6.1.7/", more: dict[str, bytes] | None = None) -> bytes:
    """Return a release's archive."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:xz") as archive:
        for name, content in {**SOURCES, **(more or {})}.items():
            add(archive, name if name.startswith(("/", "..")) else top + name, content)
    return stream.getvalue()


def package(top: str = "linux-source-6.1/") -> bytes:
    """Return what dpkg-deb would give: a tar archive with the source's archive in it."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        add(archive, "./usr/share/doc/linux-source-6.1/copyright", b"text")
        add(archive, "./usr/src/linux-source-6.1.tar.xz", packed(top))
    return stream.getvalue()


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o755 if name.endswith(".sh") else 0o644
    archive.addfile(entry, io.BytesIO(content))
