*** Settings ***
Documentation     Deliberately wrong firmwares: the suites must see them. docs/mutants.md says what each does and which
...               test catches it; here that test is run against it, and must fail for that reason.
Library           fwgen.robot.mutation
Resource          fwgen.resource
Test Template     Wrong Firmware
Test Tags         renode    mutant

*** Keywords ***
Wrong Firmware
    [Arguments]        ${fault}
    Wrong Firmware Should Be Caught    ${CURDIR}/mutants/${fault}.toml    ${OUTPUT DIR}    ${BUILDS}

*** Test Cases ***
Keeps what the interrupts measured in DDR until the log has it
    buffer-in-ddr

Leaves the display's bus as a reset has left it
    bus-never-freed

Locks interrupts for as long as a frame takes on its bus
    display-delays-sampling

Counts the next period from when the last sample was taken
    drifting-schedule

Wakes Linux when a tenth of the log is used
    early-wake

Takes an echo that outlasts the time-out for a distance
    endless-echo

Drops samples when the log is full and does not say so
    forget-gap

Orders the blocks that it finds at a start by numbers that it takes never to wrap
    forget-wrap

Begins a new log at each start
    forgetful-reset

Frees a block when it is sent, not when Linux has processed it
    free-before-ack

Frees one block more than was acknowledged
    free-one-early

Uses half of the log
    half-a-log

Uses the rings behind an open door whether PWR says that the A35 stands still or not
    ignore-pwr

Drops the oldest samples though the oldest are to be kept
    keep-newest-instead

Drops the newest samples though the newest are to be kept
    keep-oldest-instead

Wakes Linux when the log is full, without the reserve
    late-wake

Forgets the sample that is taken while it falls asleep
    lose-sample-at-transition

Takes what is too far for valid
    no-far-limit

Takes what is too near for valid
    no-near-limit

Goes on with the rings that it knows when Linux has made new ones
    old-rings

Takes a display that acknowledges for one that is set up
    panel-trusts-acknowledgement

Looks into the ring whenever vq0 rings, asleep or not
    read-ring-on-late-kick

Goes on with the oldest block after WAKE, whatever the peer has
    resume-from-oldest

Goes on streaming after it has acknowledged SLEEP
    send-after-ack

Sends every block twice
    send-twice

Gives up on an echo after 10 ms
    short-timeout

Keeps a sample for fifty times the latency
    slow-latency

Takes any pulse on the line for the echo
    spikes-are-echoes

Waits for the mailbox until Linux has seen the last doorbell
    spin-in-notify

Takes a block whose CRC does not agree
    trust-damaged

Takes any doorbell of vq1 for a waking Linux
    trust-doorbell

Does not count what it drops
    uncounted-drop

Does not trigger while the sensor holds its line
    waits-for-the-line
