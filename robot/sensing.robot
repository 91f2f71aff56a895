*** Settings ***
Documentation     Samples are what the sensor sees: over its whole range, beyond it, and when it fails.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Sees The Whole Range
    [Documentation]    An obstacle walks from 20 mm to 4 m and back; the speed of the pulse decides, to the millimetre.
    Start Board           0 s: 20 mm, 30 s: 4000 mm, 60 s: 20 mm
    Run For               60 s
    Nothing Should Be Lost

Sees Through Noise And Cold Air
    [Documentation]    The pulse is what counts: the sensor's own errors arrive as they are.
    Start Board           0 s: 300 mm, 20 s: 3500 mm    noise=15 mm    seed=7    air=-10 °C
    Run For               20 s
    Nothing Should Be Lost

Tells Near From Far
    [Documentation]    Out of the spec's range a sample still carries its distance, and says so; with nothing to reflect it says that.
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

The Limits Of The Range Are Told
    Scenario Should Pass    range-limits

Tells What Is Beyond Its Range
    [Documentation]    In air that is colder than the spec says, an echo takes longer than from the spec's farthest.
    Start Board           3990 mm    air=0 °C
    Run For               1 s
    Latest Sample Should Say    too far
    Nothing Should Be Lost

Says When The Sensor Is Silent Or Holds Its Line
    [Documentation]    A sample is due each period whatever the sensor does; it says that there is nothing to say, and
    ...                the next good echo is taken for what it is.
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
    [Documentation]    Faults are samples: they outlast a sleep like any other.
    Start Board
    Mute Sensor
    Run For               5 s
    Sleep For             20 s
    Nothing Should Be Lost

The Bundled Failures Of The Sensor Lose Nothing
    Scenario Should Pass    no-sensor

Copies Of The Sensor Are Asked Again And Again
    [Documentation]    Someone goes away and comes back. What each kind makes of it, docs/sensors.md says.
    Scenario Should Pass    copy-slow-timeout
    Scenario Should Pass    copy-holds-line
    Scenario Should Pass    copy-pulled-low
    Scenario Should Pass    copy-never-falls
    Scenario Should Pass    copy-no-pulse
    Scenario Should Pass    copy-first-wrong
    Scenario Should Pass    copy-jsn-sr04t

A Spike Before The Echo Is Not The Echo
    Scenario Should Pass    copy-spikes
