"""Load a Renode release of several files, as they are since 1.17.

Up to 1.16 the release was one file, which unpacked itself when it started; pyrenode3 (of May 2026)
looks for the place where it did so and finds none. Since 1.17 the .NET runtime and all assemblies
are beside the program.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any, Final

_PROGRAM: Final = "Renode.dll"


def is_multi_file(program: Path) -> bool:
    return (program.parent / _PROGRAM).is_file()


def load_multi_file(folder: Path) -> None:
    """Start the release's own .NET runtime in this process and load Renode's assemblies.

    pyrenode3 loads them as from a source tree; the runtime that already runs stays.
    """
    values = {"PYRENODE_SKIP_LOAD": "1", "PYRENODE_BUILD_OUTPUT": "."}
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        loader: Any = importlib.import_module("pyrenode3.loader")
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    pythonnet = importlib.import_module("pythonnet")
    pythonnet.load("coreclr", entry_dll=str(folder / _PROGRAM), dotnet_root=str(folder))
    if not (folder / "runtimes").is_dir():  # then the native libraries are beside the program
        loader.ensure_additional_libs = lambda _: []
    loader.RenodeLoader.from_net_build(folder)
