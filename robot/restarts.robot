*** Settings ***
Documentation     The M33 is reset, Linux reboots: what was sampled is in memory that stays, and arrives.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Recovers The Log After A Reset During Sleep
    Scenario Should Pass    firmware-reset-asleep

Recovers The Log After A Reset While Awake
    Scenario Should Pass    firmware-reset-awake

Recovers The Log After Several Resets
    [Documentation]    Each at another place within the period, one right behind the other.
    Start Board
    Run For               2 s
    Suspend Linux
    Run For               5 s
    Reset Firmware
    Run For               3.017 s
    Reset Firmware
    Run For               31 ms
    Reset Firmware
    Run For               5 s
    Resume Linux
    Run For               5 s
    Nothing Should Be Lost

Says On Its Console What It Has Recovered
    [Tags]                renode
    Start Board
    Run For               2 s
    Suspend Linux
    Run For               30 s
    Reset Firmware
    Run For               1 s
    Console Should Say    start 2, log [1-9]\\d* of \\d+ blocks, [1-9]\\d* samples kept
    Resume Linux
    Run For               5 s
    Nothing Should Be Lost

Survives A Reboot Of Linux During Sleep
    Scenario Should Pass    linux-reboot-asleep

Survives A Reboot Of Linux While Awake
    Scenario Should Pass    linux-reboot-awake

Survives A Reboot Behind A Reset
    [Documentation]    The M33 is reset while Linux sleeps, then Linux does not wake but reboots.
    Start Board
    Run For               2 s
    Suspend Linux
    Run For               10 s
    Reset Firmware
    Run For               10 s
    Reboot Linux          takes=15 s
    Run For               25 s
    Nothing Should Be Lost
