*** Settings ***
Documentation     Faults around a sleep, one test per hazard.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
A Doorbell After The Acknowledgement Is Ignored
    [Documentation]    Linux returns a buffer and rings vq0 when DDR is already closed: the firmware must not read the ring.
    Scenario Should Pass As Recorded    stale-doorbells

A Spurious Doorbell Does Not Open The Door While The A35 Is Stopped
    [Documentation]    It is a doorbell of vq1, which normally means that the ring has a message.
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

A Send That Waited For A Buffer Does Not Continue After SLEEP
    [Documentation]    Linux reads nothing for five seconds, then suspends at once.
    Scenario Should Pass As Recorded    slow-reader

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
    Scenario Should Pass As Recorded    sleep-twice

A Suspend May Be Aborted
    Scenario Should Pass As Recorded    abort

WAKE May Come Without SLEEP
    Scenario Should Pass As Recorded    wake-without-sleep

Linux's Application May Crash With Unprocessed Messages
    Scenario Should Pass As Recorded    app-crash

Linux May Suspend Without Telling The Firmware
    [Documentation]    No application runs that could send SLEEP; the first time samples are still streaming. Only PWR shows it.
    Scenario Should Pass    silent-suspend

The Device May Be Unbound And Bound
    Scenario Should Pass As Recorded    unbind

A Long Absence Of Linux Loses No Sample
    [Documentation]    The driver is unbound while samples stream, and bound again ten minutes later.
    [Tags]    slow
    Start Board           0 s: 500 mm, 300 s: 3500 mm
    Run For               3 s
    Unbind Linux
    Run For               10 min
    Bind Linux
    Run For               5 s
    Nothing Should Be Lost

Writes To The Tty May Be Refused
    [Documentation]    Acknowledgements, and then the SLEEP, wait in Linux.
    Scenario Should Pass As Recorded    writes-refused

Doorbells May Be Lost Doubled And Late
    [Documentation]    In both directions. Once all rings are full and no doorbell has arrived, the firmware must ring again.
    Scenario Should Pass As Recorded    doorbells

Another Program May Suspend Linux While Samples Stream
    Scenario Should Pass As Recorded    foreign-suspend

The Application May Die At Any Point Of A Conversation
    [Documentation]    Between SLEEP and its answer, between the receipt of samples and their acknowledgement.
    Scenario Should Pass As Recorded    app-dies

Other Programs May Use The Tty
    [Documentation]    They write and read. Messages arrive in pieces, or half.
    Scenario Should Pass As Recorded    tty-trouble

Buffers May Be Exhausted For Minutes
    Scenario Should Pass As Recorded    buffers-exhausted

The Clocks Of The Two Sides May Be Apart
    Scenario Should Pass    clocks-apart

Sensor And Display May Misbehave For A While
    [Documentation]    A stuck value, spikes, long echoes and a line that is held; a display that disappears, refuses bytes and holds SDA.
    Scenario Should Pass As Recorded    sensor-trouble
