*** Settings ***
Documentation     The mailbox between the A35 (processor 1) and the M33 (processor 2), driven through its registers.
Resource          models.resource
Suite Setup       Prepare Models
Test Setup        Create Board

*** Variables ***
${IPCC}           0x40490000
${C1CR}           0x00
${C1MR}           0x04
${C1SCR}          0x08
${C1TOC2SR}       0x0C
${C2CR}           0x10
${C2MR}           0x14
${C2SCR}          0x18
${C2TOC1SR}       0x1C
${HWCFGR}         0x3F0
${RX_IRQ}         171
${TX_IRQ}         172

*** Keywords ***
Unmask Receive Channel Of M33
    [Arguments]       ${channel}
    Write Register    ${IPCC}    ${C2CR}    0x1
    ${mask}=          Evaluate    hex(0xFFFFFFFF & ~(1 << ${channel}))
    Write Register    ${IPCC}    ${C2MR}    ${mask}

*** Test Cases ***
Starts Masked And Empty
    Register Should Be    ${IPCC}    ${C1CR}    0
    Register Should Be    ${IPCC}    ${C1MR}    0xFFFFFFFF
    Register Should Be    ${IPCC}    ${C2MR}    0xFFFFFFFF
    Register Should Be    ${IPCC}    ${C1TOC2SR}    0
    Register Should Be    ${IPCC}    ${C2TOC1SR}    0

Reports Its Number Of Channels
    Register Should Be    ${IPCC}    ${HWCFGR}    16

A Ring Of The A35 Interrupts The M33 Until It Is Acknowledged
    Unmask Receive Channel Of M33    1
    Write Register        ${IPCC}    ${C1SCR}    0x20000
    Register Should Be    ${IPCC}    ${C1TOC2SR}    0x2
    Line Should Be High    ipcc1 Processor2Occupied
    Interrupt Should Be Pending    ${RX_IRQ}
    Write Register        ${IPCC}    ${C2SCR}    0x2
    Register Should Be    ${IPCC}    ${C1TOC2SR}    0
    Line Should Be Low    ipcc1 Processor2Occupied

A Masked Channel Does Not Interrupt
    Unmask Receive Channel Of M33    1
    Write Register        ${IPCC}    ${C1SCR}    0x10000
    Register Should Be    ${IPCC}    ${C1TOC2SR}    0x1
    Line Should Be Low    ipcc1 Processor2Occupied
    Write Register        ${IPCC}    ${C2MR}    0xFFFFFFFE
    Line Should Be High    ipcc1 Processor2Occupied

Without The Enable Bit Nothing Interrupts
    Write Register        ${IPCC}    ${C2MR}    0
    Write Register        ${IPCC}    ${C1SCR}    0x10000
    Line Should Be Low    ipcc1 Processor2Occupied
    Write Register        ${IPCC}    ${C2CR}    0x1
    Line Should Be High    ipcc1 Processor2Occupied

A Free Channel Interrupts The Sender
    Write Register        ${IPCC}    ${C2CR}    0x10000
    Write Register        ${IPCC}    ${C2SCR}    0x80000
    Register Should Be    ${IPCC}    ${C2TOC1SR}    0x8
    Write Register        ${IPCC}    ${C2MR}    0xFFF7FFFF
    Line Should Be Low    ipcc1 Processor2Free
    Write Register        ${IPCC}    ${C1SCR}    0x8
    Register Should Be    ${IPCC}    ${C2TOC1SR}    0
    Line Should Be High    ipcc1 Processor2Free
    Interrupt Should Be Pending    ${TX_IRQ}

The M33 Rings The A35
    Write Register        ${IPCC}    ${C1CR}    0x1
    Write Register        ${IPCC}    ${C1MR}    0xFFFFFFFE
    Write Register        ${IPCC}    ${C2SCR}    0x10000
    Line Should Be High    ipcc1 Processor1Occupied
    Write Register        ${IPCC}    ${C1SCR}    0x1
    Line Should Be Low    ipcc1 Processor1Occupied

A Processor Cannot Clear Its Own Ring
    Write Register        ${IPCC}    ${C2SCR}    0x10000
    Write Register        ${IPCC}    ${C2SCR}    0x1
    Register Should Be    ${IPCC}    ${C2TOC1SR}    0x1

Status Cannot Be Written
    Write Register        ${IPCC}    ${C1TOC2SR}    0xFFFF
    Register Should Be    ${IPCC}    ${C1TOC2SR}    0
    Write Register        ${IPCC}    ${HWCFGR}    3
    Register Should Be    ${IPCC}    ${HWCFGR}    16

Linux's Side Rings And Acknowledges Without Registers
    Unmask Receive Channel Of M33    0
    Answer Should Be      linux Ring 0    True
    Answer Should Be      linux Ring 0    False
    Line Should Be High    ipcc1 Processor2Occupied
    Write Register        ${IPCC}    ${C2SCR}    0x1
    Answer Should Be      linux Ring 0    True
    Write Register        ${IPCC}    ${C2SCR}    0x20000
    Answer Should Be      ipcc1 IsOccupiedByM33 1    True
    Execute Command       linux Acknowledge 1
    Register Should Be    ${IPCC}    ${C2TOC1SR}    0

Every Change Is Logged With Its Time
    Run For Microseconds    1500
    Execute Command       ipcc1 Ring 3
    Answer Should Be      ipcc1 Doorbells    1500000 771
    Execute Command       ipcc1 Ring 3
    Answer Should Be      ipcc1 Doorbells    1500000 771
    Write Register        ${IPCC}    ${C2SCR}    0x80008
    Answer Should Be      ipcc1 Doorbells    1500000 771\n1500000 515\n1500000 259

A Reset Clears Flags And Masks All
    Unmask Receive Channel Of M33    1
    Write Register        ${IPCC}    ${C1SCR}    0x20000
    Execute Command       ipcc1 Reset
    Register Should Be    ${IPCC}    ${C1TOC2SR}    0
    Register Should Be    ${IPCC}    ${C2MR}    0xFFFFFFFF
    Line Should Be Low    ipcc1 Processor2Occupied
