*** Settings ***
Documentation     The registers of clocks and power that firmware reads.
Resource          models.resource
Suite Setup       Prepare Models
Test Setup        Create Board

*** Variables ***
${RCC}            0x44200000
${PWR}            0x44210000
${XBAR}           0x1018
${PREDIV}         0x1118
${FINDIV}         0x1224
${CPU1D1SR}       0x200
${C2BOOTRST}      0x428

*** Keywords ***
Channel Register Should Be
    [Arguments]           ${channel}    ${first}    ${expected}
    ${offset}=            Evaluate    ${first} + 4 * ${channel}
    Register Should Be    ${RCC}    ${offset}    ${expected}

*** Test Cases ***
Flexgen Channels Run From The Undivided HSI
    FOR    ${channel}    IN    0    8    63
        Channel Register Should Be    ${channel}    ${XBAR}    0x45
        Channel Register Should Be    ${channel}    ${PREDIV}    0
        Channel Register Should Be    ${channel}    ${FINDIV}    0x40
    END

The Switching Flag Always Reads As Done
    Write Register        ${RCC}    ${XBAR}    0xC4
    Register Should Be    ${RCC}    ${XBAR}    0x44

Enable Bits Are Stored
    Write Register        ${RCC}    0x7A4    0x2
    Register Should Be    ${RCC}    0x7A4    0x2
    Execute Command       rcc Reset
    Register Should Be    ${RCC}    0x7A4    0

The Causes Of Resets Are Power-On And The Pin At The Start
    Register Should Be    ${RCC}    ${C2BOOTRST}    0x5

A Cause Of A Reset Stays Until A 1 Is Written To It
    Write Register        ${RCC}    ${C2BOOTRST}    0x1
    Register Should Be    ${RCC}    ${C2BOOTRST}    0x4
    Write Register        ${RCC}    ${C2BOOTRST}    0
    Register Should Be    ${RCC}    ${C2BOOTRST}    0x4
    Write Register        ${RCC}    ${C2BOOTRST}    0xFFFFFFFF
    Register Should Be    ${RCC}    ${C2BOOTRST}    0

Causes Of Later Resets Are Added
    Write Register        ${RCC}    ${C2BOOTRST}    0xFFFFFFFF
    Execute Command       rcc NoteReset 0x10
    Execute Command       rcc NoteReset 0x400
    Register Should Be    ${RCC}    ${C2BOOTRST}    0x410

A Reset Of The Chip Keeps The Causes
    Execute Command       rcc NoteReset 0x10
    Execute Command       rcc Reset
    Register Should Be    ${RCC}    ${C2BOOTRST}    0x15

The A35 Runs At The Start
    Register Should Be    ${PWR}    ${CPU1D1SR}    0x004
    Answer Should Be      pwr IsA35Running    True

A Suspended A35 Is Stopped And Its Domain Is Off
    Execute Command       linux Suspend
    Register Should Be    ${PWR}    ${CPU1D1SR}    0x40C
    Answer Should Be      pwr IsA35Running    False
    Execute Command       linux Resume
    Register Should Be    ${PWR}    ${CPU1D1SR}    0x004

A Lighter Sleep Shows Another Domain State
    Execute Command       linux Suspend 1
    Register Should Be    ${PWR}    ${CPU1D1SR}    0x10C

A Rebooting A35 Is In Reset
    Execute Command       linux Restart
    Register Should Be    ${PWR}    ${CPU1D1SR}    0

The Status Cannot Be Written
    Write Register        ${PWR}    ${CPU1D1SR}    0xFFFF
    Register Should Be    ${PWR}    ${CPU1D1SR}    0x004

Linux's States Are Logged With Their Times
    Run For Microseconds    2000
    Execute Command       linux Suspend
    Run For Microseconds    3000
    Execute Command       linux Resume
    Answer Should Be      linux States    2000000 1\n5000000 0
