// The live distance, large, and whether it is live.
import QtQuick

Item {
    id: root

    readonly property bool known: window.shown.distance !== ""
    readonly property bool current: window.shown.current
    readonly property bool catchesUp: !current && window.shown.linux === "awake" && window.shown.backlog > 0
    readonly property bool night: window.asleep || catchesUp || window.shown.asking

    component Digits: Label {
        anchors.verticalCenter: parent.verticalCenter
        color: root.current && root.known ? window.ink : window.muted
        font {
            pixelSize: Math.round(226 * window.u * 5 / number.digits)
            weight: Font.DemiBold
            letterSpacing: -6 * window.u
        }
        Behavior on color { enabled: !window.still; ColorAnimation { duration: 300 } }
    }

    function sentence(): string {
        const s = window.shown;
        if (s.refused)
            return qsTr("Linux did not sleep: %1").arg(s.refused);
        if (s.linux === "absent")
            return qsTr("The service fwgen-peer is not running");
        if (s.trouble)
            return s.trouble;
        if (s.linux === "silent")
            return qsTr("The service does not answer");
        if (s.asking)
            return qsTr("Asking the firmware …");
        if (s.linux === "asleep")
            return qsTr("Linux is asleep, the M33 goes on measuring");
        if (s.other_spec)
            return qsTr("Firmware of another spec: its samples wait");
        if (!s.online)
            return qsTr("No link to the firmware");
        if (root.catchesUp)
            return qsTr("Catching up: %1 samples wait").arg(s.backlog_text);
        if (!root.current)
            return s.age ? qsTr("Last measured %1 ago").arg(s.age) : qsTr("Waiting for samples");
        switch (s.sample_status) {
        case "valid": return qsTr("live");
        case "too near": return qsTr("too near");
        case "too far": return qsTr("too far");
        case "no echo": return qsTr("no echo");
        case "sensor fault": return qsTr("sensor fault");
        default: return s.sample_status;
        }
    }

    Row {
        id: number

        readonly property var parts: root.known ? window.shown.distance.split(/([.,])/) : ["–"]
        readonly property int digits: Math.max(5, window.shown.distance.length)

        objectName: "number"
        anchors { left: parent.left; leftMargin: -8 * window.u; top: parent.top }
        height: 240 * window.u
        Accessible.role: Accessible.StaticText
        Accessible.name: window.shown.distance + " " + window.shown.unit

        TapHandler {
            onTapped: window.model.choose(window.shown.channel)
        }
        Digits {
            text: number.parts[0]
        }
        Digits {
            text: number.parts[1] ?? ""
            font.features: ({}) // the point keeps its own width
        }
        Digits {
            text: number.parts[2] ?? ""
        }
    }
    Label {
        id: unit

        anchors { left: number.right; leftMargin: 18 * window.u; bottom: number.bottom; bottomMargin: 25 * window.u }
        width: Math.min(implicitWidth, root.width - x) // smaller on a window of 480 x 272
        fontSizeMode: Text.HorizontalFit
        minimumPixelSize: window.text(30)
        size: 60
        font.weight: Font.Medium
        color: window.muted
        visible: root.known
        text: window.shown.unit
    }
    Rectangle {
        id: dot

        readonly property bool fine: root.current && window.shown.sample_status === "valid"
                                     && !window.shown.refused && !window.shown.trouble

        anchors { left: parent.left; leftMargin: 2; verticalCenter: caption.verticalCenter }
        width: 12 * Math.max(0.75, window.u)
        height: width
        radius: width / 2
        color: fine ? window.accent : root.night ? window.night : window.attention
    }
    Label {
        id: caption

        objectName: "caption"
        anchors { left: dot.right; leftMargin: 12 * window.u; right: parent.right
                  top: number.bottom; topMargin: 4 * window.u }
        size: 21
        color: dot.fine || root.night ? window.muted : window.attention
        text: root.sentence()
    }
}
