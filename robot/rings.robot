*** Settings ***
Documentation     Where the rings are, and DDR that an idle Linux puts into self-refresh. With rings in SRAM2 the firmware never
...               accesses DDR. All bundled scenarios pass so on the host backend (tests/backends/test_host_scenarios.py);
...               here are those in which the ELF finds old or full rings, or doorbells while the A35 is off.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Variables ***
${IN_DDR}         ${CURDIR}/../fwgen/spec/examples/range-node.yaml
${IN_SRAM2}       ${CURDIR}/../fwgen/scenario/bundled/specs/rings-in-sram2.yaml

*** Test Cases ***
Rings In SRAM2 Work While DDR Is Closed
    [Documentation]    DDR is closed from the first microsecond. Linux idles, sleeps, suspends silently and reboots.
    Scenario Should Pass    rings-in-sram2

Rings In SRAM2 Are Not Used While Linux Sleeps
    Scenario Should Pass    stale-doorbells    ${IN_SRAM2}

Rings In SRAM2 May Be Full When SLEEP Comes
    Scenario Should Pass    slow-reader    ${IN_SRAM2}

Rings In SRAM2 Are Found Again After A Reset While Linux Sleeps
    Scenario Should Pass    firmware-reset-asleep    ${IN_SRAM2}

An Idle Linux Does Not Close DDR While The Peer Holds The Latency
    Scenario Should Pass    idle-ddr

An Idle Linux Closes DDR Under The Link
    Scenario Should Pass    idle-ddr-unheld

An Idle Linux Without The Hold Delays The Samples
    [Documentation]    PWR shows that the A35 is stopped, and the firmware does not use the rings. Nothing is lost, all is late.
    Start Board               1500 mm    spec=${IN_DDR}
    Run For                   3 s
    Let Linux Idle            10 s    held=${False}
    Closed DDR Should Not Have Been Touched
    Run For                   20 s
    Every Sample Should Have Arrived
    Report Should Meet        {late: {at-least: 100}}

An Idle Linux Delays Nothing With Rings In SRAM2
    Start Board               1500 mm    spec=${IN_SRAM2}
    Run For                   3 s
    Let Linux Idle            10 s    held=${False}
    Run For                   20 s
    Nothing Should Be Lost
    Report Should Meet        {late: 0}
