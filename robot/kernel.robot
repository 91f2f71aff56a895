*** Settings ***
Documentation     A real Linux kernel, in virtual time, on the other side of the firmware's core (`--linux kernel`).
...               It needs no emulator: with BACKEND:renode these tests run on this machine, too.
...               APPLICATION: a file of robot/wrong_linux that changes the application inside.
Library           fwgen.robot    host    linux=kernel    application=${APPLICATION}
Test Teardown     Stop Board

*** Variables ***
${APPLICATION}    ${EMPTY}

*** Test Cases ***
A Real Linux Sleeps Three Times And Loses Nothing
    Run Scenario          ten-minutes
    The Run Should Pass
    Report Should Meet    {acknowledged: 3, woken_by_user: 1, woken_by_timer: 2}

A Real Linux Asks The Firmware Before It Suspends
    Start Board           0 s: 500 mm, 60 s: 3500 mm    noise=20 mm
    Run For               10 s
    Suspend Linux
    Run For               20 s
    Linux Should Be       asleep
    Closed DDR Should Not Have Been Touched
    Resume Linux
    Run For               10 s
    Every Sample Should Have Arrived
    Report Should Meet    {sleeps: 1, acknowledged: 1}

The Firmware's Doorbell Wakes A Real Linux
    Run Scenario          log-full-wake
    The Run Should Pass

A Killed Application Loses Nothing That It Has Not Stored
    [Documentation]    It gets SIGKILL in the middle of the stream.
    Run Scenario          app-crash
    The Run Should Pass

The Driver Of A Real Linux May Be Unbound And Bound
    Run Scenario          unbind
    The Run Should Pass

A Real Linux May Reboot While It Sleeps
    Run Scenario          linux-reboot-asleep
    The Run Should Pass
