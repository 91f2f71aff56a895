*** Settings ***
Documentation     While Linux sleeps the firmware keeps sampling, stores all samples, does not touch DDR, and delivers them
...               afterwards.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Keeps A Minute Of Sleep
    Scenario Should Pass As Recorded    minute

Acknowledges And Resumes Quickly
    [Documentation]    Bounds for the acknowledgement, the first sample after the sleep, and a minute's backlog.
    Start Board           0 s: 1500 mm, 60 s: 300 mm    noise=2 mm
    Run For               5 s
    Sleep For             60 s
    Run For               5 s
    Nothing Should Be Lost
    Report Should Meet    {sleeps: 1, ack: {at-most: 10 ms}, first_sample: {at-most: 250 ms}, drain: {at-most: 2 s}}

Does Not Touch Closed DDR
    [Documentation]    With a moving obstacle, a display that is unplugged and plugged, and a silent sensor.
    Start Board           0 s: 1500 mm, 60 s: 300 mm    noise=2 mm
    Run For               3 s
    Suspend Linux
    Run For               10 s
    Linux Should Be       asleep
    Unplug Display
    Mute Sensor
    Run For               10 s
    Plug Display
    Restore Sensor
    Run For               10 s
    Closed DDR Should Not Have Been Touched
    Resume Linux
    Run For               3 s
    Nothing Should Be Lost

Sleeps Back To Back
    [Documentation]    Each sleep begins while the backlog of the last one drains.
    Scenario Should Pass    back-to-back

Sleeps During The Drain Of A Long Sleep
    [Documentation]    Ten minutes with three sleeps; the third begins before the second's backlog is delivered.
    [Tags]    slow
    Scenario Should Pass    ten-minutes

Loses No Sample At A Transition
    [Documentation]    Sixty short sleeps that begin and end at all points of the period.
    Scenario Should Pass    edges
