<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR">
<context>
    <name>Distance</name>
    <message>
        <source>Linux did not sleep: %1</source>
        <translation>Linux n’est pas en veille : %1</translation>
    </message>
    <message>
        <source>The service fwgen-peer is not running</source>
        <translation>Le service fwgen-peer ne fonctionne pas</translation>
    </message>
    <message>
        <source>The service does not answer</source>
        <translation>Le service ne répond pas</translation>
    </message>
    <message>
        <source>Asking the firmware …</source>
        <translation>Demande au firmware …</translation>
    </message>
    <message>
        <source>Linux is asleep, the M33 goes on measuring</source>
        <translation>Linux est en veille, le M33 continue à mesurer</translation>
    </message>
    <message>
        <source>Firmware of another spec: its samples wait</source>
        <translation>Firmware d’une autre spec : ses mesures attendent</translation>
    </message>
    <message>
        <source>No link to the firmware</source>
        <translation>Pas de liaison avec le firmware</translation>
    </message>
    <message>
        <source>Catching up: %1 samples wait</source>
        <translation>Rattrapage : %1 mesures en attente</translation>
    </message>
    <message>
        <source>Last measured %1 ago</source>
        <translation>Dernière mesure il y a %1</translation>
    </message>
    <message>
        <source>Waiting for samples</source>
        <translation>En attente de mesures</translation>
    </message>
    <message>
        <source>live</source>
        <translation>en direct</translation>
    </message>
    <message>
        <source>too near</source>
        <translation>trop près</translation>
    </message>
    <message>
        <source>too far</source>
        <translation>trop loin</translation>
    </message>
    <message>
        <source>no echo</source>
        <translation>pas d’écho</translation>
    </message>
    <message>
        <source>sensor fault</source>
        <translation>défaut du capteur</translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>awake</source>
        <translation>éveillé</translation>
    </message>
    <message>
        <source>asking the firmware</source>
        <translation>interroge le firmware</translation>
    </message>
    <message>
        <source>asleep</source>
        <translation>en veille</translation>
    </message>
    <message>
        <source>does not answer</source>
        <translation>ne répond pas</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>inconnu</translation>
    </message>
    <message>
        <source>firmware</source>
        <translation>firmware</translation>
    </message>
    <message>
        <source>alarm</source>
        <translation>alarme</translation>
    </message>
    <message>
        <source>button</source>
        <translation>bouton</translation>
    </message>
    <message>
        <source>reason unknown</source>
        <translation>raison inconnue</translation>
    </message>
    <message>
        <source>Linux</source>
        <translation>Linux</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Liaison</translation>
    </message>
    <message>
        <source>rests</source>
        <translation>au repos</translation>
    </message>
    <message>
        <source>none</source>
        <translation>aucune</translation>
    </message>
    <message>
        <source>other spec</source>
        <translation>autre spec</translation>
    </message>
    <message>
        <source>online</source>
        <translation>en ligne</translation>
    </message>
    <message>
        <source>%1 lost</source>
        <extracomment>%1: a number of samples that have arrived</extracomment>
        <translation>%1 perdues</translation>
    </message>
    <message>
        <source>%1 samples</source>
        <translation>%1 mesures</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Mémoire</translation>
    </message>
    <message>
        <source>%1 full</source>
        <translation>%1 plein</translation>
    </message>
    <message>
        <source>%1 waiting</source>
        <extracomment>%1: a number of samples in the firmware&apos;s log</extracomment>
        <translation>%1 en attente</translation>
    </message>
    <message>
        <source>Last wake</source>
        <translation>Réveil</translation>
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
        <translation>démonstration, %1 × le temps réel</translation>
    </message>
</context>
<context>
    <name>Main</name>
    <message>
        <source>Distance</source>
        <translation>Distance</translation>
    </message>
    <message>
        <source>asleep %1</source>
        <translation>en veille %1</translation>
    </message>
    <message>
        <source>The last five minutes</source>
        <translation>Les cinq dernières minutes</translation>
    </message>
</context>
<context>
    <name>SleepButton</name>
    <message>
        <source>Asleep</source>
        <translation>En veille</translation>
    </message>
    <message>
        <source>Asking the firmware …</source>
        <translation>Demande au firmware …</translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation>Mettre en veille</translation>
    </message>
</context>
</TS>
