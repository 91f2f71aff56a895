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

Leaves Out What Was Damaged In Memory
    Scenario Should Pass    damaged-log

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

Attaches Again Where Linux Has Not Noticed A Reset
    [Documentation]    The rings are those of before, and nobody rings. That the A35 has run for ten seconds tells that DDR is open.
    [Tags]                renode
    Start Board
    Run For               3 s
    Crash Application
    Run For               3 s
    Reset Firmware Unnoticed
    Run For               9.8 s
    Console Should Say    start 2
    Console Should Not Say    start 2[\\s\\S]*linux: there
    Run For               400 ms
    Console Should Say    start 2[\\s\\S]*linux: there
    Start Application
    Run For               5 s
    Nothing Should Be Lost

Believes No Doorbell That Is Older Than A Reset
    [Documentation]    Linux rings, the M33 is reset before it has heard, and Linux may suspend: only a later doorbell counts.
    [Tags]                renode
    Start Board
    Run For               3 s
    Crash Application
    Run For               3 s
    Reset Firmware Unnoticed
    Ring Stale Doorbell    vq1
    Run For               60 ms
    Ring Stale Doorbell    vq1
    Run For               3 s
    Console Should Say    start 2
    Console Should Not Say    start 2[\\s\\S]*linux: there
    Ring Stale Doorbell    vq1
    Run For               100 ms
    Console Should Say    start 2[\\s\\S]*linux: there
    Start Application
    Run For               5 s
    Nothing Should Be Lost

Counts On Behind 32 Bits
    [Documentation]    The log has numbered all but 300 of the numbers that there are: samples stream across the wrap.
    Start Board           0 s: 1500 mm, 60 s: 300 mm    noise=2 mm    first_number=4294966996
    Run For               30 s
    Nothing Should Be Lost
    Samples Should Arrive Within    300 ms

Counts On Behind 32 Bits While Linux Sleeps
    [Documentation]    The wrap lies in the sleep, and a reset behind it, which finds blocks of both sides.
    Start Board           0 s: 1500 mm, 60 s: 300 mm    noise=2 mm    first_number=4294966996
    Run For               3 s
    Suspend Linux
    Run For               40 s
    Reset Firmware
    Run For               10 s
    Resume Linux
    Run For               5 s
    Nothing Should Be Lost
