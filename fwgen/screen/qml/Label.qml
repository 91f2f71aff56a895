// A line of text in the window's font, with figures of equal width.
import QtQuick

Text {
    property real size: 20

    color: window.ink
    textFormat: Text.PlainText
    font {
        family: window.family
        pixelSize: window.text(size)
        features: { "tnum": 1 }
        hintingPreference: Font.PreferNoHinting
    }
    elide: Text.ElideRight
}
