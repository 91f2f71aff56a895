// Clock and date; in a demonstration how fast its time passes.
import QtQuick

Item {
    Label {
        id: clock

        objectName: "clock"
        anchors { left: parent.left; verticalCenter: parent.verticalCenter }
        size: 44
        font.weight: Font.Medium
        text: window.shown.clock
    }
    Label {
        objectName: "date"
        anchors { left: clock.right; leftMargin: 22 * window.u; baseline: clock.baseline
                  right: pace.left; rightMargin: 16 * window.u }
        size: 22
        color: window.muted
        text: window.shown.date
    }
    Rectangle {
        id: pace

        objectName: "pace"
        anchors { right: parent.right; verticalCenter: parent.verticalCenter }
        visible: window.shown.pace !== ""
        width: visible ? said.implicitWidth + 32 * window.u : 0
        height: said.implicitHeight + 14 * window.u
        radius: height / 2
        color: "transparent"
        border { width: 1; color: window.muted }

        Label {
            id: said

            anchors.centerIn: parent
            size: 17
            color: window.muted
            //: %1: a number; a demonstration's time passes that many times faster
            text: qsTr("demonstration, %1 × real time").arg(window.shown.pace)
        }
    }
}
