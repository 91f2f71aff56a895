*** Settings ***
Documentation     Long sleeps: more than 2^32 microseconds, and many times 2^32 cycles of the core's clock.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Keeps More Than An Hour Of Sleep
    [Documentation]    An hour and a quarter: microseconds no longer fit into 32 bits.
    [Tags]    slow
    Start Board           0 s: 2400 mm, 600 s: 2400 mm, 603 s: 800 mm, 610 s: 700 mm, 613 s: 2400 mm    noise=2 mm
    Run For               10 s
    Sleep For             75 min
    Run For               20 s
    Nothing Should Be Lost
    Report Should Meet    {sleeps: 1, slept: {at-least: 74 min}, backlog: {at-least: 74000}}
    Report Should Meet    {bytes_per_sample: {at-most: 1.0}}

Falls Asleep While A 32-Bit Microsecond Clock Wraps
    [Documentation]    The guard time of the second sleep runs 2^32 microseconds after the start, which is 60 ms before the
    ...                first sample. Without the display the emulator has a quarter of the work.
    [Tags]                slow
    Start Board           0 s: 1500 mm, 4290 s: 300 mm, 4320 s: 2500 mm
    Unplug Display
    Run For               5 s
    Suspend Linux
    Run For               4284 s
    Resume Linux
    Run For               5.88 s
    Suspend Linux
    Run For               20 s
    Linux Should Be       asleep
    Resume Linux
    Run For               5 s
    Nothing Should Be Lost
    Report Should Meet    {sleeps: 2, acknowledged: 2, woken_by_user: 2, ack: {at-most: 10 ms}, first_sample: {at-most: 250 ms}}
    Samples Should Arrive Within    300 ms

Wakes Linux Three Times In An Hour
    [Documentation]    For the level of the log, the age of a sample in an empty room, and a condition.
    [Tags]    slow
    Scenario Should Pass As Recorded    hour-wakes

Stores The Reference Walk As Densely As The Endurance Needs
    [Documentation]    The log's endurance is stated for this walk.
    Scenario Should Pass    reference-walk
    IF    '${BACKEND}' == 'renode'    Report Should Meet    {wake_ups_asleep: {at-most: 150}}

Stores A Still Room More Densely
    Scenario Should Pass    still
