*** Settings ***
Documentation     The M33 is reset or crashes, Linux reboots, the board is reset: all samples that retained memory keeps arrive.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Recovers The Log After A Reset During Sleep
    Scenario Should Pass    firmware-reset-asleep

Recovers The Log After A Reset While Awake
    Scenario Should Pass    firmware-reset-awake

Numbers Go On After Any Reset
    Scenario Should Pass    firmware-reset-often

Recovers The Log After Several Resets
    [Documentation]    Each is at another point of the period; one follows the other immediately.
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

Discards A Damaged Block
    Scenario Should Pass    damaged-log

Declares A Block Lost That Is Damaged While It Waits
    Scenario Should Pass    damaged-while-running

Works With Memory That Was Not Written Since Power-On
    [Documentation]    Every word of the log's memory answers a read with a bus error until it was written.
    [Tags]                renode
    Start Board           ecc=True
    Run For               1 s
    Suspend Linux
    Run For               2 s
    Reset Firmware
    Run For               1 s
    Resume Linux
    Run For               2 s
    Nothing Should Be Lost

Prints On Its Console What It Has Recovered
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

Is Held Until Linux Starts It After A Crash
    Scenario Should Pass    firmware-crash

Stays Where It Is After A Crash Without A Watchdog
    Scenario Should Pass    firmware-crash-unnoticed

Survives A Reset Of The Board
    Scenario Should Pass    restart-board

Begins A New Log If A Reset Of The Board Erases Its Memory
    Scenario Should Pass    restart-board-erased

Begins A New Log At A Cold Start
    Scenario Should Pass    cold-start

Sends No Samples To A Peer For Another Spec
    Scenario Should Pass    other-spec

Survives A Reboot Of Linux During Sleep
    Scenario Should Pass    linux-reboot-asleep

Survives A Reboot Of Linux While Awake
    Scenario Should Pass    linux-reboot-awake

Survives A Reboot Of Linux After A Reset
    [Documentation]    The M33 is reset while Linux sleeps; then Linux reboots instead of waking.
    Start Board
    Run For               2 s
    Suspend Linux
    Run For               10 s
    Reset Firmware
    Run For               10 s
    Reboot Linux          takes=15 s
    Run For               25 s
    Nothing Should Be Lost

Attaches Again If Linux Has Not Noticed The Reset
    [Documentation]    The rings are the old ones, and no doorbell comes. The A35 has run for ten seconds, so DDR is open.
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

Ignores A Doorbell From Before A Reset
    [Documentation]    Linux rings, the M33 is reset before it notices, and Linux may suspend: only a later doorbell counts.
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

Sample Numbers Continue After 32 Bits
    [Documentation]    The log has used all but 300 of the 2^32 sample numbers: samples stream across the wrap.
    Start Board           0 s: 1500 mm, 60 s: 300 mm    noise=2 mm    first_number=4294966996
    Run For               30 s
    Nothing Should Be Lost
    Samples Should Arrive Within    300 ms

Sample Numbers Continue After 32 Bits While Linux Sleeps
    [Documentation]    The wrap is in the sleep. A reset after it finds blocks from before and after the wrap.
    Start Board           0 s: 1500 mm, 60 s: 300 mm    noise=2 mm    first_number=4294966996
    Run For               3 s
    Suspend Linux
    Run For               120 s
    Reset Firmware
    Run For               10 s
    Resume Linux
    Run For               5 s
    Nothing Should Be Lost

The Firmware May Be Reset Twice Within One Sleep
    [Documentation]    And a third time, after a block was damaged and the numbers have wrapped.
    Scenario Should Pass    resets-asleep
