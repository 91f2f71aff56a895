*** Settings ***
Documentation     While Linux sleeps the firmware goes on, keeps everything, touches no DDR, and hands it over afterwards.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Buffers A Minute
    Scenario Should Pass    minute

Agrees At Once And Is Back At Once
    [Documentation]    The acknowledgement, the first sample after the sleep and the backlog of a minute are quick.
    Start Board           0 s: 1500 mm, 60 s: 300 mm    noise=2 mm
    Run For               5 s
    Sleep For             60 s
    Run For               5 s
    Nothing Should Be Lost
    Report Should Meet    {sleeps: 1, ack: {at-most: 10 ms}, first_sample: {at-most: 250 ms}, drain: {at-most: 2 s}}

Does Not Touch Closed DDR
    [Documentation]    With all that goes on at once: a moving obstacle, a display that comes and goes, a silent sensor.
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

Sleeps Again And Again
    [Documentation]    Each sleep begins while the backlog of the last one drains.
    Scenario Should Pass    back-to-back

Sleeps During The Drain Of A Long Sleep
    [Documentation]    Ten minutes with three sleeps, the third of them before the second's backlog is gone.
    [Tags]    slow
    Scenario Should Pass    ten-minutes

Loses No Sample At A Transition
    [Documentation]    Sixty short sleeps that begin and end at every place within the period.
    Scenario Should Pass    edges
