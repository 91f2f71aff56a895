*** Settings ***
Documentation     The model of Linux's side, and the control of the core. (A peer's handler needs a programming language:
...               fwgen's own tests cover it.)
Resource          models.resource
Suite Setup       Prepare Models
Test Setup        Create Board

*** Variables ***
${C2SCR}          0x18
${IPCC}           0x40490000
${CODE}           0x0A043000

*** Keywords ***
Load A Program That Switches SysTick On
    Write Register        ${CODE}    0x00    0x0A09F000
    Write Register        ${CODE}    0x04    0x0A043101
    # 100: ldr r1, [pc, #8]   102: movs r0, #5   104: str r0, [r1]   106: adds r2, #1   108: b .
    Write Register        ${CODE}    0x100    0x20054902
    Write Register        ${CODE}    0x104    0x32016008
    Write Register        ${CODE}    0x108    0x0000E7FE
    Write Register        ${CODE}    0x10C    0xE000E010

*** Test Cases ***
Doorbells Are Queued
    Run For Microseconds    250
    Write Register        ${IPCC}    ${C2SCR}    0x10000
    Execute Command       linux Ring 1
    Write Register        ${IPCC}    ${C2SCR}    0x2
    ${events}=            Execute Command    linux EventsAsText
    ${events}=            Evaluate    [int(number) for number in $events.split()]
    ${expected}=          Evaluate    [250000, 1, 0, 250000, 2, 1]
    Should Be Equal       ${events}    ${expected}
    Answer Should Be      linux EventsAsText    ${EMPTY}

Suspend Closes DDR And Resume Opens It
    Execute Command       linux Suspend
    Answer Should Be      ddr IsOpen    False
    Execute Command       linux Resume
    Answer Should Be      ddr IsOpen    True

PWR Shows That The A35 Runs While It Closes And Opens DDR
    Execute Command       linux PowerLag 2000
    Execute Command       linux Suspend
    Answer Should Be      ddr IsOpen    False
    Answer Should Be      pwr IsA35Running    True
    Run For Microseconds    2001
    Answer Should Be      pwr IsA35Running    False
    Execute Command       linux Resume
    Answer Should Be      pwr IsA35Running    True
    Answer Should Be      ddr IsOpen    False
    Run For Microseconds    2001
    Answer Should Be      ddr IsOpen    True

A Resume Soon After A Suspend Is Not Undone By It
    Execute Command       linux PowerLag 2000
    Execute Command       linux Suspend
    Run For Microseconds    500
    Execute Command       linux Resume
    Run For Microseconds    5000
    Answer Should Be      pwr IsA35Running    True
    Answer Should Be      ddr IsOpen    True

A Reboot Opens DDR
    Execute Command       linux Suspend
    Execute Command       linux Restart
    Answer Should Be      ddr IsOpen    True
    Answer Should Be      linux States    0 1\n0 2

The Core Restarts Alone
    Write Register        ${CODE}    0x00    0x0A09F000
    Write Register        ${CODE}    0x04    0x0A043101
    # adds r2, #1; b .
    Write Register        ${CODE}    0x100    0xE7FE3201
    Write Register        0x0A080000    0    0x600D
    Write Register        ${IPCC}    ${C2SCR}    0x10000
    Execute Command       core Start ${CODE}
    Run For Microseconds    10
    Execute Command       cpu SetRegister 2 41
    Execute Command       core Start ${CODE}
    Run For Microseconds    10
    Number Should Be      cpu GetRegister 2    1
    Register Should Be    0x0A080000    0    0x600D
    Answer Should Be      ipcc1 IsOccupiedByM33 0    True
    Execute Command       core Stop
    ${before}=            Number Of    core Instructions
    Run For Microseconds    10
    Number Should Be      core Instructions    ${before}

A Core That Leaves Its Memory Is Aborted
    Write Register        ${CODE}    0x00    0x0A09F000
    Write Register        ${CODE}    0x04    0x0A043101
    # movs r0, #0x60; lsls r0, #24; adds r0, #1; bx r0
    Write Register        ${CODE}    0x100    0x06002060
    Write Register        ${CODE}    0x104    0x47003001
    Execute Command       core Start ${CODE}
    Run For Microseconds    10
    Answer Should Be      core HasAborted    True
    Run For Microseconds    10

The Core's Own Clock Starts With SysTick
    Load A Program That Switches SysTick On
    Execute Command       core Start ${CODE}
    Run For Microseconds    100
    ${clock}=             Execute Command    core Clock
    Should Match Regexp    ${clock}    ^\\s*\\d{1,3} 1\\s*$
    Execute Command       core Stop
    ${clock}=             Execute Command    core Clock
    Should Match Regexp    ${clock}    ^\\s*\\d{1,3} 1\\s+100000 0\\s*$

SysTick Wraps Every RELOAD Plus One Cycles
    # 4000 cycles of 2.5 ns
    Write Register        0xE000E000    0x14    3999
    Write Register        0xE000E000    0x18    0
    Write Register        0xE000E000    0x10    5
    Run For Microseconds    15
    ${once}=              Number Of    sysbus ReadDoubleWord 0xE000E018
    Run For Microseconds    100000
    ${later}=             Number Of    sysbus ReadDoubleWord 0xE000E018
    Should Be Equal       ${later}    ${once}

A Reset Of The Whole Machine Holds The Core Until It Is Started
    Load A Program That Switches SysTick On
    Execute Command       core Start ${CODE}
    Run For Microseconds    100
    Execute Command       cpu SetRegister 2 41
    Execute Command       machine Reset
    Run For Microseconds    200
    Answer Should Be      core IsHeld    True
    Number Should Be      cpu GetRegister 2    0
    Execute Command       core Start ${CODE}
    Run For Microseconds    200
    Answer Should Be      core IsHeld    False
    Number Should Be      cpu GetRegister 2    1
    Register Should Be    ${CODE}    0x04    0x0A043101

An Idle A35 Is Stopped While DDR Is Closed
    Execute Command       linux Idle true true
    Answer Should Be      ddr IsOpen    False
    Answer Should Be      pwr IsA35Running    True
    Execute Command       linux Idle true false
    Answer Should Be      pwr IsA35Running    False
    # CPU1D1SR: CStop, DStop1
    Register Should Be    0x44210000    0x200    0x10C
    Execute Command       linux Idle false true
    Answer Should Be      ddr IsOpen    True
    Answer Should Be      pwr IsA35Running    True
