"""Makes the application: font, language, window."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QLocale, QTimer, QTranslator, QUrl
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from fwgen.errors import ToolBrokeError
from fwgen.screen.board import Board
from fwgen.screen.curve import Curve
from fwgen.screen.ending import Ending
from fwgen.screen.figures import Figures
from fwgen.screen.model import Model

HERE: Final = Path(__file__).parent
_FONTS: Final = "font_manrope"
"""A Python package with the font Manrope (SIL Open Font License)."""


def application(words: Sequence[str] = ()) -> QGuiApplication:
    """Return the process's one application."""
    existing = QGuiApplication.instance()
    if isinstance(existing, QGuiApplication):
        return existing
    made = QGuiApplication(["fwgen-screen", *words])
    made.setApplicationName("fwgen-screen")
    return made


def load_font() -> str:
    """Return the family of the text's font: Manrope, or the system's if it is not installed."""
    spec = find_spec(_FONTS)
    if spec is None or spec.origin is None:
        return QGuiApplication.font().family()
    families: set[str] = set()
    for file in sorted((Path(spec.origin).parent / "files").glob("*-[!V]*.ttf")):
        number = QFontDatabase.addApplicationFont(str(file))
        families.update(QFontDatabase.applicationFontFamilies(number))
    return "Manrope" if "Manrope" in families else QGuiApplication.font().family()


def locale_of(language: str | None) -> QLocale:
    """Return the language's locale; None: the system's, with its country and units."""
    return QLocale(language) if language else QLocale.system()


class Screen:
    """The window. `still`: without animations."""

    def __init__(
        self,
        board: Board,
        *,
        locale: QLocale,
        scheme: str = "",
        size: tuple[int, int] = (1280, 720),
        still: bool = False,
        make_model: Any = Model,
    ) -> None:
        self._application = application()
        self._translator = QTranslator()
        if self._translator.load(locale, "fwgen_screen", "_", str(HERE / "i18n")):
            self._application.installTranslator(self._translator)
        QLocale.setDefault(locale)
        self.figures = Figures(locale)
        self.model: Model = make_model(board, self.figures)
        self._engine = QQmlApplicationEngine()
        self._engine.setInitialProperties(
            {
                "model": self.model,
                "family": load_font(),
                "scheme": scheme,
                "still": still,
                "width": size[0],
                "height": size[1],
            }
        )
        self._engine.load(QUrl.fromLocalFile(HERE / "qml" / "Main.qml"))
        roots = self._engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise ToolBrokeError("the screen's QML does not load", "QML's own message is above")
        self.window: QQuickWindow = roots[0]
        curve = self.window.findChild(Curve, "curve")
        assert isinstance(curve, Curve)
        self.curve = curve
        curve.board, curve.figures, curve.sweeps = board, self.figures, not still

    def show(self, *, full: bool = False) -> None:
        if full:
            self.window.showFullScreen()
        else:
            self.window.show()

    def run(self, ending: Ending) -> int:
        """Show until the window is closed, or `ending` gives an exit code."""
        ending.quit = self._application.exit
        QTimer.singleShot(0, ending.now)  # for a signal that came before
        self.model.start(self.curve)
        try:
            return self._application.exec()
        finally:
            self.model.stop()

    def close(self) -> None:
        self.model.stop()
        self.window.close()
        self._application.removeTranslator(self._translator)
        del self._engine
