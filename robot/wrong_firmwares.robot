*** Settings ***
Documentation     Deliberately wrong firmwares, which the suites must catch. docs/mutants.md lists what each does and which
...               test catches it. This suite runs that test with the wrong firmware; it must fail for the given reason.
Library           fwgen.robot.mutation
Resource          fwgen.resource
Test Template     Wrong Firmware
Test Tags         renode    mutant

*** Keywords ***
Wrong Firmware
    [Arguments]        ${fault}
    Wrong Firmware Should Be Caught    ${CURDIR}/mutants/${fault}.toml    ${OUTPUT DIR}    ${BUILDS}

*** Test Cases ***
Lets samples wait for twice the longest time
    age-late

Takes any log that a peer names for its own
    any-log-is-own

Keeps readings in DDR until they are in the log
    buffer-in-ddr

Does not free the display's bus after a reset
    bus-never-freed

Takes a condition for true one sample too early
    condition-early

Locks interrupts while a frame is on the bus
    display-delays-sampling

Counts the next period from the last sample's actual time
    drifting-schedule

Wakes Linux when a tenth of the log is used
    early-wake

Reports a distance for an echo that is longer than the time-out
    endless-echo

Reports a distance at the far limit as too far
    far-off-by-one

Drops samples when the log is full without declaring them lost
    forget-gap

Does not store the next number when the log becomes empty
    forget-next-seq

Orders recovered blocks as if sample numbers never wrapped
    forget-wrap

Begins a new log at each start
    forgetful-reset

Frees a block when it is sent, not when Linux has processed it
    free-before-ack

Frees one block more than was acknowledged
    free-one-early

Fills only half of each block
    half-a-block

Uses only half of the log
    half-a-log

Uses the rings while the door is open, even if PWR shows that the A35 is stopped
    ignore-pwr

Drops the oldest samples with the policy keep-oldest
    keep-newest-instead

Drops the newest samples with the policy keep-newest
    keep-oldest-instead

Wakes Linux when the log is full, without the reserve
    late-wake

Forgets a sample taken while it falls asleep
    lose-sample-at-transition

Stores a block's magic before its header, when the slot still has the block before
    magic-first

Reports a distance at the near limit as too near
    near-off-by-one

Wakes Linux every second while the log is nearly full
    no-call-growth

Reports a distance beyond the range as valid
    no-far-limit

Reports a distance below the range as valid
    no-near-limit

Stores the next number after it has freed the last block, not before
    number-after-wipe

Keeps using the old rings when Linux has made new ones
    old-rings

Assumes that a display that acknowledges is set up
    panel-trusts-acknowledgement

Reads the ring whenever vq0 rings, even while Linux sleeps
    read-ring-on-late-kick

Reads its log's memory before it has written every word of it
    reads-before-it-writes

Continues with the oldest block after WAKE, whatever the peer has
    resume-from-oldest

Wakes Linux only once in each boot
    ring-once

Continues to stream after it has acknowledged SLEEP
    send-after-ack

Sends every block twice
    send-twice

Gives up on an echo after 10 ms
    short-timeout

Keeps a sample for fifty times the latency
    slow-latency

Sends samples to a peer that was made for another spec
    spec-differs-never

Takes any pulse on the line for the echo
    spikes-are-echoes

Waits for the mailbox until Linux has acknowledged the last doorbell
    spin-in-notify

Takes an echo that lasts until the time-out for a distance
    timeout-off

Accepts a block whose CRC is wrong
    trust-damaged

Takes any doorbell of vq1 as a sign that Linux is awake
    trust-doorbell

Does not count the samples that it drops
    uncounted-drop

Does not trigger while the sensor holds its line high
    waits-for-the-line
