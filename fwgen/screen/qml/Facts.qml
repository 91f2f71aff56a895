// The state of Linux, link and log, and the last wake.
import QtQuick

Column {
    id: root

    function linux(): string {
        switch (window.shown.linux) {
        case "awake": return qsTr("awake");
        case "asking": return qsTr("asking the firmware");
        case "asleep": return qsTr("asleep");
        case "silent": return qsTr("does not answer");
        default: return qsTr("unknown");
        }
    }
    function cause(name: string): string {
        if (/^condition: /.test(name))
            return name.slice("condition: ".length);
        if (/^firmware/.test(name))
            return qsTr("firmware");
        if (/^(rtc|alarm|timer)/.test(name))
            return qsTr("alarm");
        if (/(button|key|gpio|pwr)/.test(name))
            return qsTr("button");
        return name;
    }
    function causes(): string {
        const found = window.shown.wake_causes.map(root.cause);
        return found.length ? [...new Set(found)].join(", ") : qsTr("reason unknown");
    }

    Fact {
        objectName: "linux"
        name: qsTr("Linux")
        value: root.linux()
        detail: window.shown.linux === "awake" || window.asleep ? window.shown.linux_since : ""
        mark: window.asleep ? window.night
            : window.shown.linux === "awake" || window.shown.linux === "asking" ? window.accent
            : window.attention
    }
    Fact {
        objectName: "link"
        name: qsTr("Link")
        value: window.asleep ? qsTr("rests") : !window.shown.online ? qsTr("none")
             : window.shown.other_spec ? qsTr("other spec") : qsTr("online")
        //: %1: a number of samples that have arrived
        detail: !window.shown.samples || !window.shown.online || window.shown.other_spec ? ""
              : window.shown.lost ? qsTr("%1 lost").arg(window.shown.lost_text)
              : qsTr("%1 samples").arg(window.shown.samples)
        mark: window.asleep ? window.night
            : window.shown.online && !window.shown.other_spec && !window.shown.lost
              ? window.accent : window.attention
    }
    Fact {
        objectName: "log"
        name: qsTr("Log")
        value: window.shown.log ? qsTr("%1 full").arg(window.shown.log) : "–"
        //: %1: a number of samples in the firmware's log
        detail: window.shown.backlog > 0 ? qsTr("%1 waiting").arg(window.shown.backlog_text) : ""
        mark: window.shown.nearly_full ? window.attention : window.shown.log ? window.accent : window.muted
        share: window.shown.log_share
    }
    Fact {
        objectName: "wake"
        name: qsTr("Last wake")
        value: window.shown.wake || "–"
        //: %1: what woke Linux; %2: how long it slept
        detail: window.shown.wake ? qsTr("%1 · %2").arg(root.causes()).arg(window.shown.wake_span) : ""
        mark: window.shown.wake ? window.night : window.muted
    }
}
