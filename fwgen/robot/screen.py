"""Keywords about the display."""

from __future__ import annotations

from pathlib import Path

from fwgen.backends.renode.png import png_of
from fwgen.robot.bench import Bench, log_picture
from fwgen.robot.golden import read_picture


class WrongPictureError(AssertionError):
    """The test continues, so that one run shows all its pictures."""

    ROBOT_CONTINUE_ON_FAILURE = True
    ROBOT_SUPPRESS_NAME = True


class Screen(Bench):
    """Compares pictures pixel by pixel with goldens: PNG files that a person has checked."""

    def display_should_look_like(self, golden: Path) -> None:
        """If it does not, the log shows both pictures, and the found one is in
        ``${OUTPUT DIR}/found``: look at it, and copy it over the golden if it is right."""
        self._needs_firmware("a display")
        found = self._picture()
        expected = read_picture(golden.read_bytes()) if golden.is_file() else b""
        if found == expected:
            return
        width = self._view().picture_width
        kept = self._keep(golden.name, found, width)
        log_picture("found", found, width)
        if not expected:
            raise WrongPictureError(
                f"the golden {golden} does not exist: look at {kept}, and copy it there if it is "
                "right"
            )
        log_picture("expected", expected, width)
        differing = sum((a ^ b).bit_count() for a, b in zip(found, expected, strict=False))
        raise WrongPictureError(f"{differing} pixels differ from {golden.name}; found: {kept}")

    def display_should_be_dark(self) -> None:
        """No pixel is lit."""
        self._needs_firmware("a display")
        if any(self._picture()):
            raise AssertionError("expected a dark display, found lit pixels")

    def display_should_not_be_dark(self) -> None:
        """At least one pixel is lit."""
        self._needs_firmware("a display")
        if not any(self._picture()):
            raise AssertionError("the display is dark")

    def frames_shown(self) -> int:
        """Returns how often the picture has changed so far."""
        self._needs_firmware("a display")
        return self._view().frames

    def transfers_cut_off(self) -> int:
        """Returns how many transfers to the display ended in the middle of a byte."""
        self._needs_firmware("a display")
        return self._view().cut_off

    def _picture(self) -> bytes:
        picture = self._view().picture
        if not picture:
            raise AssertionError("this spec has no display")
        return picture

    def _keep(self, name: str, packed: bytes, width: int) -> Path:
        from robot.libraries.BuiltIn import BuiltIn

        folder = Path(str(BuiltIn().get_variable_value("${OUTPUT DIR}"))) / "found"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(png_of(packed, width, len(packed) * 8 // width))
        return path
