*** Settings ***
Documentation     What can go wrong around a sleep, one test a hazard.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
A Late Kick Behind The Acknowledgement Is Ignored
    [Documentation]    Linux gives a buffer back and rings vq0 when DDR is closed already: the ring must not be looked at.
    Scenario Should Pass    stale-doorbells

An Old Doorbell Of Linux Opens Nothing While The A35 Stands Still
    [Documentation]    vq1, which would say that a message lies in the ring.
    Start Board
    Run For               3 s
    Suspend Linux
    Run For               10 s
    Ring Stale Doorbell    vq1
    Run For               10 s
    Closed DDR Should Not Have Been Touched
    Resume Linux
    Run For               3 s
    Nothing Should Be Lost

A Send That Found No Buffer Does Not End After SLEEP
    [Documentation]    Linux reads nothing for five seconds, then sleeps at once.
    Scenario Should Pass    slow-reader

SLEEP May Come During The Drain
    Start Board           0 s: 500 mm, 300 s: 3500 mm    noise=20 mm
    Run For               2 s
    Suspend Linux         wake_after=5 min
    Run For               302 s
    Suspend Linux
    Run For               10 s
    Linux Should Be       asleep
    Resume Linux
    Run For               5 s
    Nothing Should Be Lost

SLEEP May Come Twice
    Scenario Should Pass    sleep-twice

A Suspend May Be Called Off
    Scenario Should Pass    abort

WAKE May Come Without SLEEP
    Scenario Should Pass    wake-without-sleep

Linux's Application May Die With Messages Unprocessed
    Scenario Should Pass    app-crash

Linux May Suspend Without A Word
    [Documentation]    No application runs that would say one; the first time samples still stream. Only PWR tells.
    Scenario Should Pass    silent-suspend

The Device May Be Unbound And Bound
    Scenario Should Pass    unbind

Linux Never Coming Back Costs Nothing But The Log
    [Documentation]    The driver goes while samples stream, and only comes back ten minutes later.
    [Tags]    slow
    Start Board           0 s: 500 mm, 300 s: 3500 mm
    Run For               3 s
    Unbind Linux
    Run For               10 min
    Bind Linux
    Run For               5 s
    Nothing Should Be Lost
