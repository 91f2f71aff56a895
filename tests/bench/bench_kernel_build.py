"""The build of the real Linux kernel, as `fwgen setup` recorded it: it is not built again here.

A build's duration depends on what else the machine does. So the limit is for the CPU time of the
whole build, from unpacking on, divided by two cores; the duration is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.uml.find import cache_folder, kernels
from fwgen.uml.recipe import recipe
from tests.bench import Unmeasured
from tests.bench.figure import Figure

CORES = 2


def measure() -> Iterator[Figure]:
    found = [record for _, record in kernels() if record.recipe == recipe() and record.cpu_s]
    if not found:
        raise Unmeasured("no kernel in the cache has its times (`fwgen setup --only linux`)")
    record = found[-1]
    of = f"Linux {record.version}, {record.compiler}"
    two_cores_s = record.cpu_s / CORES
    yield Figure("the kernel's build: CPU time / 2 cores", two_cores_s, "s", limit=240, note=of)
    yield Figure("its duration, whatever else ran", record.build_s, "s")
    size = sum(file.stat().st_size for file in cache_folder().rglob("*") if file.is_file())
    yield Figure("the cache with all kernels", size / 1e6, "MB", limit=20)
