*** Settings ***
Documentation     The display shows what was measured and how the sleep goes. The goldens in robot/goldens were looked
...               at by a person when they were taken; `Display Should Look Like` says how to renew one.
Resource          fwgen.resource
Test Teardown     Stop Board
Test Tags         renode

*** Test Cases ***
Shows The Distance And The State
    [Documentation]    Linux is awake, then asleep, then awake again, with the obstacle elsewhere each time.
    Start Board           1503 mm
    Run For               2 s
    Display Should Look Like    ${GOLDENS}/awake-1503-mm.png
    Suspend Linux
    Move Obstacle         87 mm
    Run For               30 s
    Display Should Look Like    ${GOLDENS}/asleep-87-mm.png
    Resume Linux
    Move Obstacle         3999 mm
    Run For               3 s
    Display Should Look Like    ${GOLDENS}/awake-3999-mm.png
    Nothing Should Be Lost

Shows Why There Is No Distance
    [Documentation]    Too near, nothing there, and a sensor that is silent.
    Start Board           5 mm
    Run For               2 s
    Display Should Look Like    ${GOLDENS}/too-near.png
    Move Obstacle         20000 mm
    Run For               2 s
    Display Should Look Like    ${GOLDENS}/no-echo.png
    Mute Sensor
    Run For               2 s
    Display Should Look Like    ${GOLDENS}/sensor-fault.png
    Nothing Should Be Lost

Shows How Full The Log Is
    [Documentation]    After a quarter of an hour asleep.
    Start Board           1503 mm    noise=5 mm
    Suspend Linux
    Run For               15 min
    Display Should Look Like    ${GOLDENS}/asleep-15-min.png
    Resume Linux
    Run For               5 s
    Nothing Should Be Lost

Comes Back When It Was Unplugged
    [Documentation]    Nothing is sampled later or lost for it; the panel is set up afresh and shows the present.
    Start Board           1503 mm
    Run For               2 s
    Unplug Display
    Run For               3 s
    Display Should Be Dark
    Console Should Say    display: lost
    Sleep For             20 s
    Plug Display
    Run For               3 s
    Display Should Not Be Dark
    Nothing Should Be Lost
    Samples Should Arrive Within    400 ms

Does Not Delay A Sample
    [Documentation]    A frame takes longer on its bus than a sample may be late.
    Start Board           0 s: 200 mm, 10 s: 3900 mm
    Run For               10 s
    Nothing Should Be Lost
    Report Should Meet    {jitter_max: {at-most: 10 us}}

The Bundled Loss Of The Display Loses No Sample
    Scenario Should Pass    no-display

Is Set Up Again Within Two Seconds After Any Loss Of Power
    [Documentation]    A panel that was without power acknowledges as before, dark and without memory. 50 ms fall between
    ...                two pictures. Nothing moves, so there would be nothing to send.
    [Template]            A Loss Should Be Made Good
    50 ms      awake
    900 ms     awake
    5 s        awake
    50 ms      asleep
    900 ms     asleep
    5 s        asleep

Is Set Up Again Though It Does Not Tell That It Was Reset
    [Documentation]    Then it is set up at every look, without being counted as lost.
    Start Board           1503 mm
    Hide Status Of Display
    Unplug Display
    Run For               2 s
    Plug Display
    Run For               4 s
    Console Should Not Say    display: reset
    Unplug Display
    Run For               50 ms
    Plug Display
    Run For               2 s
    Display Should Look Like    ${GOLDENS}/reset-untold.png
    Console Should Not Say    display: reset
    Nothing Should Be Lost

Frees A Bus Whose Data Line Is Held
    [Documentation]    No transfer can begin until the display has been clocked nine times by hand.
    Start Board           1503 mm
    Run For               2 s
    Unplug Display
    Hold Data Line Of Display
    Run For               3 s
    Plug Display
    Run For               2 s
    Display Should Look Like    ${GOLDENS}/bus-freed.png
    Nothing Should Be Lost

Survives A Reset Of The M33 In The Middle Of A Transfer
    [Documentation]    The first picture is on its way when the M33 is reset: the display is left in the middle of a byte.
    ...                It shows what it had; that this changes again says that the bus is free.
    Start Board           1503 mm
    Run For               2 s
    Reset Firmware
    Run For               60 ms
    Reset Firmware
    ${before}=            Frames Shown
    Run For               2 s
    ${after}=             Frames Shown
    ${cut_off}=           Transfers Cut Off
    Should Be True        ${cut_off} > 0    no transfer was cut off: choose another instant
    Should Be True        ${after} > ${before} + 5    the bus was not freed
    Display Should Not Be Dark
    Nothing Should Be Lost

*** Keywords ***
A Loss Should Be Made Good
    [Arguments]           ${time}    ${linux}
    Start Board           1503 mm
    Run For               2 s
    IF    '${linux}' == 'asleep'    Suspend Linux
    Run For               2 s
    Unplug Display
    Run For               ${time}
    Display Should Be Dark
    Plug Display
    Run For               2 s
    Display Should Not Be Dark
    Console Should Say    display: (reset|lost)
    Nothing Should Be Lost
