// Asks for a suspend: by touch, mouse, Space and Enter; S works everywhere.
import QtQuick

Rectangle {
    id: root

    readonly property bool ready: window.shown.can_sleep
    readonly property bool held: touch.pressed

    implicitHeight: Math.max(44, 66 * window.u)
    radius: height / 2
    color: ready ? (held ? Qt.darker(window.accent, 1.2) : window.accent)
                 : window.over(window.muted, 0.18)
    border { width: activeFocus ? 3 : 0; color: window.ink }
    activeFocusOnTab: true
    Keys.onSpacePressed: window.model.sleep()
    Keys.onReturnPressed: window.model.sleep()
    Keys.onEnterPressed: window.model.sleep()
    Accessible.role: Accessible.Button
    Accessible.name: said.text
    Accessible.onPressAction: window.model.sleep()

    TapHandler {
        id: touch

        gesturePolicy: TapHandler.ReleaseWithinBounds
        onTapped: window.model.sleep()
    }
    Row {
        anchors.centerIn: parent
        spacing: 14 * window.u

        Moon {
            objectName: "moon"
            anchors.verticalCenter: parent.verticalCenter
            size: 24 * Math.max(0.75, window.u)
            color: said.color
            behind: root.color
        }
        Label {
            id: said

            anchors.verticalCenter: parent.verticalCenter
            size: 23
            font.weight: Font.DemiBold
            color: root.ready ? (window.dark ? "#04231b" : "#ffffff") : window.muted
            text: window.asleep ? qsTr("Asleep") : window.shown.asking ? qsTr("Asking the firmware …")
                                                                     : qsTr("Sleep")
        }
    }
}
