<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>Distance</name>
    <message>
        <source>Linux did not sleep: %1</source>
        <translation>Linux schläft nicht: %1</translation>
    </message>
    <message>
        <source>The service fwgen-peer is not running</source>
        <translation>Der Dienst fwgen-peer läuft nicht</translation>
    </message>
    <message>
        <source>The service does not answer</source>
        <translation>Der Dienst antwortet nicht</translation>
    </message>
    <message>
        <source>Asking the firmware …</source>
        <translation>Die Firmware wird gefragt …</translation>
    </message>
    <message>
        <source>Linux is asleep, the M33 goes on measuring</source>
        <translation>Linux schläft, der M33 misst weiter</translation>
    </message>
    <message>
        <source>Firmware of another spec: its samples wait</source>
        <translation>Firmware mit anderer Spec: ihre Messwerte warten</translation>
    </message>
    <message>
        <source>No link to the firmware</source>
        <translation>Keine Verbindung zur Firmware</translation>
    </message>
    <message>
        <source>Catching up: %1 samples wait</source>
        <translation>Holt auf: %1 Messwerte warten</translation>
    </message>
    <message>
        <source>Last measured %1 ago</source>
        <translation>Zuletzt vor %1 gemessen</translation>
    </message>
    <message>
        <source>Waiting for samples</source>
        <translation>Wartet auf Messwerte</translation>
    </message>
    <message>
        <source>live</source>
        <translation>live</translation>
    </message>
    <message>
        <source>too near</source>
        <translation>zu nah</translation>
    </message>
    <message>
        <source>too far</source>
        <translation>zu weit</translation>
    </message>
    <message>
        <source>no echo</source>
        <translation>kein Echo</translation>
    </message>
    <message>
        <source>sensor fault</source>
        <translation>Sensorfehler</translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>awake</source>
        <translation>wach</translation>
    </message>
    <message>
        <source>asking the firmware</source>
        <translation>fragt die Firmware</translation>
    </message>
    <message>
        <source>asleep</source>
        <translation>schläft</translation>
    </message>
    <message>
        <source>does not answer</source>
        <translation>antwortet nicht</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>firmware</source>
        <translation>Firmware</translation>
    </message>
    <message>
        <source>alarm</source>
        <translation>Wecker</translation>
    </message>
    <message>
        <source>button</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>reason unknown</source>
        <translation>Grund unbekannt</translation>
    </message>
    <message>
        <source>Linux</source>
        <translation>Linux</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>rests</source>
        <translation>ruht</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>other spec</source>
        <translation>andere Spec</translation>
    </message>
    <message>
        <source>online</source>
        <translation>online</translation>
    </message>
    <message>
        <source>%1 lost</source>
        <extracomment>%1: a number of samples that have arrived</extracomment>
        <translation>%1 verloren</translation>
    </message>
    <message>
        <source>%1 samples</source>
        <translation>%1 Messwerte</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>%1 full</source>
        <translation>%1 belegt</translation>
    </message>
    <message>
        <source>%1 waiting</source>
        <extracomment>%1: a number of samples in the firmware&apos;s log</extracomment>
        <translation>%1 warten</translation>
    </message>
    <message>
        <source>Last wake</source>
        <translation>Geweckt</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <extracomment>%1: what woke Linux; %2: how long it slept</extracomment>
        <translation>%1 · %2</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>demonstration, %1 × real time</source>
        <extracomment>%1: a number; a demonstration&apos;s time passes that many times faster</extracomment>
        <translation>Vorführung, %1 × Echtzeit</translation>
    </message>
</context>
<context>
    <name>Main</name>
    <message>
        <source>Distance</source>
        <translation>Abstand</translation>
    </message>
    <message>
        <source>asleep %1</source>
        <translation>%1 geschlafen</translation>
    </message>
    <message>
        <source>The last five minutes</source>
        <translation>Die letzten fünf Minuten</translation>
    </message>
</context>
<context>
    <name>SleepButton</name>
    <message>
        <source>Asleep</source>
        <translation>Schläft</translation>
    </message>
    <message>
        <source>Asking the firmware …</source>
        <translation>Die Firmware wird gefragt …</translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation>Schlafen</translation>
    </message>
</context>
</TS>
