// One line: what, how it is, and a detail.
import QtQuick

Item {
    id: root

    property string name
    property string value
    property string detail
    property color mark
    property real share: -1 // drawn as a bar if it is not negative

    width: parent.width
    height: 50 * window.u
    Accessible.role: Accessible.StaticText
    Accessible.name: name + ": " + value + " " + detail

    Label {
        id: label

        anchors { left: parent.left; verticalCenter: parent.verticalCenter }
        width: window.text(114)
        size: 19
        color: window.muted
        text: root.name
    }
    Rectangle {
        id: dot

        anchors { left: label.right; verticalCenter: parent.verticalCenter }
        width: 10 * Math.max(0.75, window.u)
        height: width
        radius: width / 2
        color: root.mark
    }
    Label {
        id: value

        anchors { left: dot.right; leftMargin: 12 * window.u; verticalCenter: parent.verticalCenter }
        size: 21
        font.weight: Font.DemiBold
        text: root.value
    }
    Label {
        anchors { left: value.right; leftMargin: 12 * window.u; right: parent.right; baseline: value.baseline }
        size: 19
        fontSizeMode: Text.HorizontalFit
        minimumPixelSize: window.text(15)
        color: window.muted
        text: root.detail
    }
    Rectangle {
        anchors { left: dot.left; right: parent.right; bottom: parent.bottom; bottomMargin: 2 * window.u }
        visible: root.share >= 0
        height: Math.max(2, 3 * window.u)
        radius: height / 2
        color: Qt.alpha(window.muted, 0.25)

        Rectangle {
            width: parent.width * Math.min(1, Math.max(0, root.share))
            height: parent.height
            radius: parent.radius
            color: root.mark
            Behavior on width { enabled: !window.still; NumberAnimation { duration: 300; easing.type: Easing.OutCubic } }
        }
    }
}
