*** Settings ***
Documentation     Samples have the sensor's values: over its whole range, outside it, and when the sensor fails.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Measures The Whole Range
    [Documentation]    An obstacle moves from 20 mm to 4 m and back; each sample is right to the millimetre.
    Start Board           0 s: 20 mm, 30 s: 4000 mm, 60 s: 20 mm
    Run For               60 s
    Nothing Should Be Lost

Measures With Noise And In Cold Air
    [Documentation]    A sample follows the pulse, including the sensor's own errors.
    Start Board           0 s: 300 mm, 20 s: 3500 mm    noise=15 mm    seed=7    air=-10 °C
    Run For               20 s
    Nothing Should Be Lost

Reports Too Near, Too Far And No Echo
    [Documentation]    Outside the spec's range a sample carries its distance and a status; without an echo it says so.
    Start Board           10 mm
    Run For               1 s
    Latest Sample Should Say    too near
    Move Obstacle         20 mm
    Run For               1 s
    Latest Sample Should Be    20 mm    give_or_take=1 mm
    Move Obstacle         4000 mm    within=1 s
    Run For               2 s
    Latest Sample Should Be    4000 mm    give_or_take=1 mm
    Move Obstacle         20000 mm
    Run For               1 s
    Latest Sample Should Say    no echo
    Move Obstacle         700 mm
    Run For               1 s
    Latest Sample Should Be    700 mm    give_or_take=1 mm
    Nothing Should Be Lost

Samples Outside The Range Say So
    Scenario Should Pass As Recorded    range-limits

Reports Too Far In Cold Air
    [Documentation]    In air colder than the spec's, an echo takes longer than from the spec's greatest distance.
    Start Board           3990 mm    air=0 °C
    Run For               1 s
    Latest Sample Should Say    too far
    Nothing Should Be Lost

Reports A Sensor That Is Silent Or Holds Its Line
    [Documentation]    Each period has a sample, whatever the sensor does. Without a measurement it has the status sensor
    ...                fault; the next good echo is a valid sample again.
    Start Board           1200 mm
    Mute Sensor
    Run For               2.03 s
    Latest Sample Should Say    sensor fault
    Restore Sensor
    Run For               1 s
    Latest Sample Should Be    1200 mm    give_or_take=1 mm
    Hold Echo
    Run For               2 s
    Latest Sample Should Say    sensor fault
    Restore Sensor
    Run For               1 s
    Latest Sample Should Be    1200 mm    give_or_take=1 mm
    Nothing Should Be Lost

Works Without A Sensor From Start To End
    [Documentation]    Samples with a sensor fault are kept through a sleep like all others.
    Start Board
    Mute Sensor
    Run For               5 s
    Sleep For             20 s
    Nothing Should Be Lost

The Bundled Scenario Without A Sensor Loses No Sample
    Scenario Should Pass    no-sensor

Keeps Triggering Every Copy Of The Sensor
    [Documentation]    The obstacle leaves the range and returns. docs/sensors.md explains what each kind of sensor does.
    Scenario Should Pass    copy-slow-timeout
    Scenario Should Pass    copy-holds-line
    Scenario Should Pass    copy-pulled-low
    Scenario Should Pass    copy-never-falls
    Scenario Should Pass    copy-no-pulse
    Scenario Should Pass    copy-first-wrong
    Scenario Should Pass    copy-jsn-sr04t

A Spike Before The Echo Is Not The Echo
    Scenario Should Pass    copy-spikes
