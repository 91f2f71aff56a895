"""Parses board/yocto with BitBake's own parser and prints variables as JSON. Run by test_recipes.py
in an environment that has `bb` (scripts/board-tools).

    argv: LAYER CLASSES (a folder with empty classes in the place of OpenEmbedded's)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGE = "fwgen-peer"
BASE = ("BBFILES", "BBFILE_COLLECTIONS", "BBFILE_PATTERN_fwgen", "LAYERSERIES_COMPAT_fwgen")
RECIPE = ("SUMMARY", "DESCRIPTION", "LICENSE", "LIC_FILES_CHKSUM", "EXTERNALSRC", "do_install")
USUAL = {  # as in OpenEmbedded's bitbake.conf
    "THISDIR": "${@os.path.dirname(d.getVar('FILE'))}",
    "D": "/image",
    "sysconfdir": "/etc",
    "datadir": "/usr/share",
    "localstatedir": "/var",
    "nonarch_base_libdir": "/usr/lib",
    "systemd_system_unitdir": "/usr/lib/systemd/system",
}
OF_PACKAGE = ("RDEPENDS", "FILES", "SYSTEMD_SERVICE", "USERADD_PARAM", "GROUPADD_PARAM")


def bitbake() -> Any:
    """Return `bb`. Its package on PyPI lacks the client of the hash server, which parsing does not
    need."""
    for name in ("hashserv", "hashserv.client"):
        sys.modules[name] = ModuleType(name)
    sys.modules["hashserv"].client = sys.modules["hashserv.client"]  # type: ignore[attr-defined]
    import bb  # type: ignore[import-not-found]
    import bb.data  # type: ignore[import-not-found]
    import bb.parse  # type: ignore[import-not-found]
    import bb.siggen  # type: ignore[import-not-found]

    return bb


def main() -> None:
    layer, classes = Path(sys.argv[1]), Path(sys.argv[2])
    bb = bitbake()
    data = bb.data.init()
    data.setVar("BBPATH", str(classes))
    data.setVar("LAYERDIR", str(layer))
    data = bb.parse.handle(str(layer / "conf/layer.conf"), data, True)
    bb.parse.siggen = bb.siggen.SignatureGenerator(data)
    found = {name: data.getVar(name) for name in BASE}
    data.setVar("__bbclasstype", "recipe")
    (recipe,) = layer.glob("recipes-*/*/*.bb")
    for name, value in {**USUAL, "PN": PACKAGE, "S": str(layer.parents[1])}.items():
        data.setVar(name, value)
    (made,) = bb.parse.handle(str(recipe), data).values()
    found |= {name: made.getVar(name) for name in RECIPE}
    found |= {name: made.getVar(f"{name}:{PACKAGE}") for name in OF_PACKAGE}
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main()
