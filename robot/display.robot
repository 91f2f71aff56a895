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
