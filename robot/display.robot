*** Settings ***
Documentation     The display shows the distance and the state. A person checked the goldens in robot/goldens when they
...               were made; `Display Should Look Like` explains how to replace one.
Resource          fwgen.resource
Test Teardown     Stop Board
Test Tags         renode

*** Variables ***
${DARK}               ${CURDIR}/../fwgen/scenario/bundled/specs/narrow-range.yaml
${WAKES}              ${CURDIR}/../fwgen/scenario/bundled/specs/wakes.yaml

*** Test Cases ***
Shows The Distance And The State
    [Documentation]    Linux is awake, then asleep, then awake again, each time with the obstacle at another place.
    Start Board           1503 mm
    Run For               2 s
    Display Should Look Like    ${GOLDENS}/awake-1503-mm.png
    Suspend Linux
    Move Obstacle         87 mm
    Run For               30 s
    Display Should Look Like    ${GOLDENS}/asleep-90-mm.png    # rounded to a centimetre
    Resume Linux
    Move Obstacle         3999 mm
    Run For               3 s
    Display Should Look Like    ${GOLDENS}/awake-3999-mm.png
    Nothing Should Be Lost
    Report Should Meet    {wake_ups_awake: {at-least: 67}, wake_ups_asleep: {at-least: 67, at-most: 150}}

Shows Why There Is No Distance
    [Documentation]    Too near, no echo, and a silent sensor.
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

Shows Why Linux Was Called
    [Documentation]    With a spec that has several reasons: the condition that became true while Linux slept.
    Start Board           1503 mm    spec=${WAKES}
    Run For               2 s
    Suspend Linux
    Move Obstacle         300 mm    within=10 s    # slower than the condition for jumps
    Run For               15 s
    Display Should Look Like    ${GOLDENS}/woken-by-condition.png
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

Draws Once A Second While Linux Sleeps
    [Documentation]    Five times while it is awake. The obstacle moves, so each picture differs from the one before.
    Start Board           0 s: 500 mm, 60 s: 3500 mm
    Run For               2 s
    ${awake}=             Frames Shown
    Run For               10 s
    ${asleep}=            Frames Shown
    Should Be True        ${asleep} - ${awake} >= 100    expected at least two transfers in each of 50 pictures
    Suspend Linux
    Run For               2 s
    ${asleep}=            Frames Shown
    Run For               20 s
    ${end}=               Frames Shown
    Should Be True        40 <= ${end} - ${asleep} <= 120    expected two to six transfers in each of 20 pictures
    Nothing Should Be Lost

The Display Is Switched Off While Linux Sleeps
    [Documentation]    With `refresh_asleep: off`. The panel is unplugged meanwhile, so it has lost its state.
    Start Board           1503 mm    spec=${DARK}
    Run For               2 s
    Display Should Not Be Dark
    ${lit}=               Frames Shown
    Suspend Linux
    Run For               1 s
    Display Should Be Dark
    ${dark}=              Frames Shown
    Unplug Display
    Run For               4 s
    Plug Display
    Run For               5 s
    ${still_dark}=        Frames Shown
    Should Be Equal       ${dark}    ${still_dark}
    Display Should Be Dark
    Resume Linux
    Run For               1 s
    Display Should Not Be Dark
    Console Should Not Say    display: (reset|lost)
    Nothing Should Be Lost

Display Works Again After It Was Unplugged
    [Documentation]    No sample is late or lost because of it; the panel is set up again and shows the present state.
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

The Display Does Not Delay A Sample
    [Documentation]    A frame takes longer on its bus than a sample may be late.
    Start Board           0 s: 200 mm, 10 s: 3900 mm
    Run For               10 s
    Nothing Should Be Lost
    Report Should Meet    {jitter_max: {at-most: 10 us}}

The Bundled Scenario Without A Display Loses No Sample
    Scenario Should Pass    no-display

The Display Is Set Up Within Two Seconds After Any Loss Of Power
    [Documentation]    After a loss of power the panel acknowledges as before, but is dark and has lost its memory. A loss of
    ...                50 ms is between two pictures. Nothing moves, so no picture has differences to send.
    [Template]            The Display Should Recover After A Loss Of
    50 ms      awake
    900 ms     awake
    5 s        awake
    50 ms      asleep
    900 ms     asleep
    5 s        asleep

A Display That Hides Its Reset Is Set Up Again
    [Documentation]    The panel is set up at each check and not counted as reset.
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
    Display Should Look Like    ${GOLDENS}/hidden-reset.png
    Console Should Not Say    display: reset
    Nothing Should Be Lost

Frees A Bus Whose Data Line Is Held Low
    [Documentation]    No transfer can begin until the firmware has clocked the display nine times by hand.
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
    [Documentation]    The M33 is reset during the first picture, which leaves the display in the middle of a byte. The
    ...                display keeps its old picture; when it changes again, the bus is free.
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
The Display Should Recover After A Loss Of
    [Arguments]           ${time}    ${linux}
    Start Board           1503 mm
    Run For               2 s
    IF    '${linux}' == 'asleep'    Suspend Linux
    Run For               2100 ms
    Unplug Display
    Run For               ${time}
    Display Should Be Dark
    Plug Display
    Run For               2 s
    Display Should Not Be Dark
    Console Should Say    display: (reset|lost)
    Nothing Should Be Lost
