*** Settings ***
Documentation     Memory with error correction. The core runs five instructions: it loads a word, stores it in the next word,
...               increments a counter, and waits; the handler of the BusFault increments another.
Resource          models.resource
Suite Setup       Prepare Models
Test Setup        Create Board With Such Memory

*** Variables ***
${CODE}           0x0A043000
${ECC}            0x0A100000
${CFSR}           0xE000ED28
${LOAD_AT}        0x0A043102
${STORE_AT}       0x0A043104
${STORE_WORD}     0x32016048    # str r0, [r1, #4]    adds r2, #1
${STORE_BYTE}     0x32017108    # strb r0, [r1, #4]   adds r2, #1

*** Keywords ***
Create Board With Such Memory
    Create Board
    Execute Command       machine LoadPlatformDescription @${CURDIR}/ecc.repl
    # vector table: stack, reset, BusFault
    Write Register        ${CODE}    0x00    0x0A09F000
    Write Register        ${CODE}    0x04    0x0A043101
    Write Register        ${CODE}    0x14    0x0A043201
    # 100: ldr r1, [pc, #8]   102: ldr r0, [r1]   104: str r0, [r1, #4]   106: adds r2, #1   108: b .
    Write Register        ${CODE}    0x100    0x68084902
    Write Register        ${CODE}    0x104    ${STORE_WORD}
    Write Register        ${CODE}    0x108    0x0000E7FE
    Write Register        ${CODE}    0x10C    ${ECC}
    # 200: adds r3, #1   202: b .
    Write Register        ${CODE}    0x200    0xE7FE3301

Run The Program
    # a core that was held during a run starts with the next quantum
    Execute Command       core Start ${CODE}
    Run For Microseconds    200

The Load Should Succeed
    Number Should Be      cpu GetRegister 2    1
    Number Should Be      cpu GetRegister 3    0
    Number Should Be      ecc Faults    0

The Load Should Fault
    Number Should Be      cpu GetRegister 2    0
    Number Should Be      cpu GetRegister 3    1
    Bits Should Be Set    ${CFSR}    0    0x200
    Number Should Be      ecc Faults    1
    Number Should Be      ecc FaultsAt    ${LOAD_AT}

*** Test Cases ***
A Word That Was Never Written Cannot Be Read
    Answer Should Be      ecc IsWritten ${ECC}    False
    Run The Program
    The Load Should Fault

A Written Word Can Be Read
    Write Register        ${ECC}    0    0x12345678
    Run The Program
    The Load Should Succeed
    Number Should Be      cpu GetRegister 0    0x12345678

A Store Of The Core Writes A Word
    Write Register        ${ECC}    0    0x12345678
    Answer Should Be      ecc IsWritten 0x0A100004    False
    Run The Program
    Answer Should Be      ecc IsWritten 0x0A100004    True
    Register Should Be    ${ECC}    4    0x12345678

A Word Of Which Only A Part Was Written Cannot Be Read
    Execute Command       sysbus WriteWord ${ECC} 0x5678
    Run The Program
    The Load Should Fault

A Spoilt Word Cannot Be Read Until It Is Written Again
    Write Register        ${ECC}    0    0x12345678
    Execute Command       ecc Spoil 0x0A100002
    Run The Program
    The Load Should Fault
    Write Register        ${ECC}    0    0x12345678
    Answer Should Be      ecc IsWritten ${ECC}    True

A Reset Keeps All Words, A Loss Of Power None
    Write Register        ${ECC}    0    0x12345678
    Execute Command       ecc Reset
    Answer Should Be      ecc IsWritten ${ECC}    True
    Register Should Be    ${ECC}    0    0x12345678
    Execute Command       ecc PowerOn
    Answer Should Be      ecc IsWritten ${ECC}    False
    ${word}=              Read Register    ${ECC}    0
    Should Not Be Equal As Integers    ${word}    ${0x12345678}
    Run The Program
    The Load Should Fault

Whole Words Are Not Narrow Stores
    Write Register        ${ECC}    0    0x12345678
    Execute Command       ecc Watch 0x0A100000 0x0A101000
    Run The Program
    Number Should Be      ecc Stores    1
    Number Should Be      ecc NarrowStores    0
    Answer Should Be      ecc FirstNarrowStore    ${EMPTY}

A Narrow Store Of The Core Is Counted With Its Place
    Write Register        ${CODE}    0x104    ${STORE_BYTE}
    Write Register        ${ECC}    0    0x12345678
    Execute Command       ecc Watch 0x0A100000 0x0A101000
    Execute Command       sysbus WriteByte 0x0A100008 0x1
    Run The Program
    The Load Should Succeed
    Number Should Be      ecc Stores    1
    Number Should Be      ecc NarrowStores    1
    Answer Should Be      ecc FirstNarrowStore    0xA043104 0xA100004

A Store Outside The Watched Range Is Not Counted
    Write Register        ${CODE}    0x104    ${STORE_BYTE}
    Write Register        ${ECC}    0    0x12345678
    Execute Command       ecc Watch 0x0A100008 0x0A101000
    Run The Program
    The Load Should Succeed
    Number Should Be      ecc Stores    0
