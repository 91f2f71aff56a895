// The other channels of all sensors: what, how much, the unit.
import QtQuick

Flow {
    id: root

    spacing: 44 * window.u

    Repeater {
        model: window.shown.values

        Row {
            required property var modelData

            spacing: 10 * window.u
            Accessible.role: Accessible.StaticText
            Accessible.name: modelData.name + ": " + modelData.value + " " + modelData.unit

            Label {
                anchors.baseline: figure.baseline
                size: 19
                color: window.muted
                text: modelData.name
            }
            Label {
                id: figure

                size: 30
                font.weight: Font.DemiBold
                text: modelData.value
            }
            Label {
                anchors.baseline: figure.baseline
                size: 19
                color: window.muted
                text: modelData.unit
            }
        }
    }
}
