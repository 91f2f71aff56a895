*** Settings ***
Documentation     DDR in self-refresh. The core runs five instructions: it loads a word from DDR, stores it in the next word,
...               increments a counter, and waits; the handler of the BusFault increments another.
Resource          models.resource
Suite Setup       Prepare Models
Test Setup        Create Board With A Small Program

*** Variables ***
${CODE}           0x0A043000
${WORD}           0x812F8000
${CFSR}           0xE000ED28

*** Keywords ***
Create Board With A Small Program
    Create Board
    # vector table: stack, reset, BusFault
    Write Register        ${CODE}    0x00    0x0A09F000
    Write Register        ${CODE}    0x04    0x0A043101
    Write Register        ${CODE}    0x14    0x0A043201
    # 100: ldr r1, [pc, #8]   102: ldr r0, [r1]   104: str r0, [r1, #4]   106: adds r2, #1   108: b .
    Write Register        ${CODE}    0x100    0x68084902
    Write Register        ${CODE}    0x104    0x32016048
    Write Register        ${CODE}    0x108    0x0000E7FE
    Write Register        ${CODE}    0x10C    ${WORD}
    # 200: adds r3, #1   202: b .
    Write Register        ${CODE}    0x200    0xE7FE3301
    Write Register        ${WORD}    0    0x12345678

Run The Program
    # a core that was held during a run starts with the next quantum
    Execute Command       core Start ${CODE}
    Run For Microseconds    200

Core Register Should Be
    [Arguments]           ${number}    ${value}
    Number Should Be      cpu GetRegister ${number}    ${value}

*** Test Cases ***
Open Memory Is Memory
    Run The Program
    Core Register Should Be    0    0x12345678
    Core Register Should Be    2    1
    Register Should Be    ${WORD}    4    0x12345678
    Number Should Be      ddr Violations    0

Closed Memory Keeps Its Contents
    Execute Command       ddr Close
    Execute Command       ddr Open
    Register Should Be    ${WORD}    0    0x12345678

Linux And Debugger Reach Closed Memory
    Execute Command       ddr Close
    Execute Command       ddr Store32 0x90000000 0xCAFE
    Number Should Be      ddr Load32 0x90000000    0xCAFE
    Register Should Be    ${WORD}    0    0x12345678
    Number Should Be      ddr Violations    0

An Access Of Closed Memory Is Recorded With Place And Time
    Run For Microseconds    5
    Execute Command       ddr Close
    Run The Program
    Number Should Be      ddr Violations    2
    ${text}=              Execute Command    ddr ViolationsAsText
    ${lines}=             Evaluate    [line.split() for line in $text.split(chr(10)) if line.strip()]
    Should Be Equal       ${lines}[0][1]    0xA043102
    Should Be Equal       ${lines}[0][3]    0x812F8000
    Should Be Equal       ${lines}[0][4]    4
    Should Be Equal       ${lines}[0][5]    read
    Should Be Equal       ${lines}[0][6]    closed
    Should Be Equal       ${lines}[1][1]    0xA043104
    Should Be Equal       ${lines}[1][3]    0x812F8004
    Should Be Equal       ${lines}[1][5]    write
    Should Be True        5000 < ${lines}[0][0] <= ${lines}[1][0] < 205000

A Recorded Access Is Not Carried Out
    Execute Command       ddr Close
    Run The Program
    Core Register Should Be    0    0
    Core Register Should Be    2    1
    Register Should Be    ${WORD}    4    0

An Access Of Closed Memory Can Raise A BusFault
    Execute Command       ddr FaultOnViolation
    Execute Command       ddr Close
    Run The Program
    Core Register Should Be    2    0
    Core Register Should Be    3    1
    Bits Should Be Set    ${CFSR}    0    0x200
    # the exception's frame has the program counter of the load
    Register Should Be    0x0A09EFE0    0x18    0x0A043102
    Number Should Be      ddr Violations    1

An Access Of Closed Memory Can Stop The Core
    Execute Command       ddr HangOnViolation
    Execute Command       ddr Close
    Run The Program
    Core Register Should Be    2    0
    Core Register Should Be    3    0
    Answer Should Be      cpu IsHalted    True
    Number Should Be      ddr Violations    1
    Run For Microseconds    1000
    Number Should Be      ddr Violations    1

An Access Outside The Windows Is Recorded While The Memory Is Open
    Execute Command       ddr AddWindow 0x812F8000 0x4
    Run The Program
    Core Register Should Be    0    0x12345678
    Number Should Be      ddr Violations    1
    ${text}=              Execute Command    ddr ViolationsAsText
    Should Contain        ${text}    0x812F8004 4 write outside

Opening And Closing Are Logged
    Run For Microseconds    5
    Execute Command       ddr Close
    Execute Command       ddr Close
    Run For Microseconds    7
    Execute Command       ddr Open
    Answer Should Be      ddr Doors    5000 0\n12000 1

Bytes And Halfwords Are Parts Of Words
    Execute Command       sysbus WriteByte 0x812F8001 0xAA
    Execute Command       sysbus WriteWord 0x812F8002 0xBBCC
    Register Should Be    ${WORD}    0    0xBBCCAA78
    Number Should Be      sysbus ReadWord 0x812F8001    0xCCAA

Words May Cross Pages
    Execute Command       sysbus WriteDoubleWord 0x8130FFFE 0x11223344
    Register Should Be    0x8130FFFE    0    0x11223344
    Number Should Be      sysbus ReadWord 0x81310000    0x1122

A Reset Of The Chip Does Not Open The Memory
    Execute Command       ddr Close
    Execute Command       ddr Reset
    Answer Should Be      ddr IsOpen    False

Memory That Is Kept Closed Does Not Open
    Execute Command       ddr KeepClosed
    Execute Command       ddr Open
    Answer Should Be      ddr IsOpen    False
    Run The Program
    Number Should Be      ddr Violations    2
