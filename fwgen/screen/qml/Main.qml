// The whole screen. All sizes are parts of a window of 1280 x 720; texts shrink less than the rest.
import QtQuick
import QtQuick.Window
import Fwgen.Screen

Window {
    id: window

    required property var model
    required property string family
    required property string scheme // "dark", "light" or "": as the system
    readonly property var shown: model.shown
    readonly property real u: Math.min(width / 1280, height / 720)
    readonly property bool dark: scheme ? scheme === "dark"
                                        : Application.styleHints.colorScheme !== Qt.Light
    readonly property bool asleep: shown.linux === "asleep"
    property bool still: false // without animations, for pictures

    readonly property color ground: asleep ? (dark ? "#0a0c1c" : "#e9ebf7")
                                           : (dark ? "#0d1117" : "#f7f8fa")
    readonly property color ink: dark ? "#f3f5f8" : "#10151c"
    readonly property color muted: dark ? "#93a0b1" : "#566273"
    readonly property color accent: dark ? "#3ddcb4" : "#007d63"
    readonly property color second: dark ? "#f08bd0" : "#a8247c"
    readonly property color night: dark ? "#8f9bff" : "#3f4bc4"
    readonly property color attention: dark ? "#ffb454" : "#a04a00"

    function over(colour: color, share: real): color {
        // the colour, laid over the ground; opaque
        return Qt.tint(ground, Qt.alpha(colour, share));
    }
    function text(size: real): int {
        return Math.round(size * (0.42 + 0.58 * u));
    }

    color: ground
    title: qsTr("Distance")
    Behavior on color {
        enabled: !window.still
        ColorAnimation { duration: 500 }
    }

    Item {
        id: page

        anchors.fill: parent
        anchors.margins: 40 * window.u
        focus: true
        Keys.onPressed: event => {
            if (event.key === Qt.Key_S || event.key === Qt.Key_Sleep || event.key === Qt.Key_Suspend)
                window.model.sleep();
            else if (event.key === Qt.Key_D)
                window.scheme = window.dark ? "light" : "dark";
            else if (event.key === Qt.Key_F || event.key === Qt.Key_F11)
                window.visibility = window.visibility === Window.FullScreen ? Window.Windowed
                                                                            : Window.FullScreen;
            else if (event.key === Qt.Key_C)
                window.model.choose_next();
            else
                return;
            event.accepted = true;
        }

        Header {
            id: header

            objectName: "header"
            anchors { top: parent.top; left: parent.left; right: parent.right }
            height: 60 * window.u
        }

        Distance {
            id: distance

            objectName: "distance"
            anchors { top: header.bottom; topMargin: 22 * window.u; left: parent.left }
            width: parent.width * 0.56
            height: 280 * window.u
        }

        Column {
            id: side

            anchors { top: distance.top; right: parent.right }
            width: parent.width * 0.42

            Facts {
                objectName: "facts"
                width: parent.width
            }
            Item {
                width: 1
                height: 16 * window.u
            }
            SleepButton {
                objectName: "sleep"
                width: parent.width
            }
        }

        Values {
            id: values

            objectName: "values"
            drawn: curve.drawn
            anchors { top: side.bottom; topMargin: visible ? 18 * window.u : 0; left: parent.left; right: parent.right }
            visible: window.shown.values.length > 0
            height: visible ? implicitHeight : 0
        }

        Curve {
            id: curve

            objectName: "curve"
            visible: window.shown.curve
            anchors { top: values.bottom; topMargin: (values.visible ? 14 : 26) * window.u; left: parent.left
                      right: parent.right; bottom: parent.bottom; bottomMargin: -14 * window.u }
            accent: window.accent
            second: window.second
            text: window.muted
            night: window.night
            family: window.family
            unit: Math.max(0.75, window.u)
            asleepText: qsTr("asleep %1")
            Accessible.role: Accessible.Graphic
            Accessible.name: qsTr("The last five minutes")
        }
    }
}
