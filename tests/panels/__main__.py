"""`python -m tests.panels`: draw the goldens again. Look at each one that changes."""

from __future__ import annotations

from fwgen.backends.renode.png import png_of
from tests.panels.picture import GOLDENS
from tests.panels.scenes import scenes


def main() -> None:
    GOLDENS.mkdir(exist_ok=True)
    for name, scene in scenes().items():
        packed, size = scene.picture()
        path, png = GOLDENS / f"{name}.png", png_of(packed, *size)
        if not path.is_file() or path.read_bytes() != png:
            path.write_bytes(png)
            print(f"look at {path}")


if __name__ == "__main__":
    main()
