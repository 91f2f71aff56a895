// The other channels of all sensors: what, how much, the unit. A tap draws the curve of one.
import QtQuick

Flow {
    id: root

    required property var drawn // names of the channels that have a curve

    spacing: 44 * window.u

    Repeater {
        model: window.shown.values.length // the items stay when numbers change

        Row {
            id: each

            required property int index
            readonly property var value: window.shown.values[index] ?? {}
            readonly property bool isDrawn: root.drawn.includes(value.channel)

            objectName: "value " + index
            spacing: 10 * window.u
            Accessible.role: Accessible.RadioButton
            Accessible.name: (value.name ?? "") + ": " + (value.value ?? "") + " " + (value.unit ?? "")
            Accessible.checked: isDrawn
            Accessible.onPressAction: window.model.choose(value.channel)

            TapHandler {
                margin: 14 * window.u
                onTapped: window.model.choose(each.value.channel)
            }
            Rectangle {
                anchors.verticalCenter: name.verticalCenter
                width: 10 * Math.max(0.75, window.u)
                height: width
                radius: width / 2
                color: each.isDrawn ? window.second : "transparent"
                border { width: each.isDrawn ? 0 : 1; color: window.muted }
            }
            Label {
                id: name

                anchors.baseline: figure.baseline
                size: 19
                color: window.muted
                text: each.value.name ?? ""
            }
            Label {
                id: figure

                size: 30
                font.weight: Font.DemiBold
                text: each.value.value ?? ""
            }
            Label {
                anchors.baseline: figure.baseline
                size: 19
                color: window.muted
                text: each.value.unit ?? ""
            }
        }
    }
}
