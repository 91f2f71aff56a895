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

Drops samples when the log is full and does not say so
    forget-gap

Orders the blocks that it finds at a start by numbers that it takes never to wrap
    forget-wrap

Begins a new log at each start
    forgetful-reset

Frees a block when it is sent, not when Linux has processed it
    free-before-ack

Uses the rings behind an open door whether PWR says that the A35 stands still or not
    ignore-pwr

Forgets the sample that is taken while it falls asleep
    lose-sample-at-transition

Goes on with the rings that it knows when Linux has made new ones
    old-rings

Takes a display that acknowledges for one that is set up
    panel-trusts-acknowledgement

Looks into the ring whenever vq0 rings, asleep or not
    read-ring-on-late-kick

Goes on streaming after it has acknowledged SLEEP
    send-after-ack

Gives up on an echo after 10 ms
    short-timeout

Takes any pulse on the line for the echo
    spikes-are-echoes

Waits for the mailbox until Linux has seen the last doorbell
    spin-in-notify

Takes any doorbell of vq1 for a waking Linux
    trust-doorbell

Does not trigger while the sensor holds its line
    waits-for-the-line
