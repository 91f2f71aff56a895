// A crescent.
import QtQuick

Item {
    id: root

    property real size
    property color color
    property color behind // the colour around it

    width: size
    height: size

    Rectangle {
        anchors.fill: parent
        radius: width / 2
        color: root.color
        antialiasing: true
    }
    Rectangle {
        x: parent.width * 0.34
        y: -parent.height * 0.12
        width: parent.width * 0.86
        height: width
        radius: width / 2
        color: root.behind
        antialiasing: true
    }
}
