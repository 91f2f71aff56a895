*** Settings ***
Documentation     A GPIO port: how a pin's level follows from mode, output, driver and pull.
Resource          models.resource
Suite Setup       Prepare Models
Test Setup        Create Board

*** Variables ***
${GPIO}           0x442A0000
${MODER}          0x00
${OTYPER}         0x04
${PUPDR}          0x0C
${IDR}            0x10
${ODR}            0x14
${BSRR}           0x18
${BRR}            0x28

*** Keywords ***
All Pins Are
    [Arguments]           ${mode}
    ${modes}=             Evaluate    hex(${mode} * 0x55555555)
    Write Register        ${GPIO}    ${MODER}    ${modes}

*** Test Cases ***
Starts Analog And Reads Low
    Register Should Be    ${GPIO}    ${MODER}    0xFFFFFFFF
    Execute Command       gpiog OnGPIO 3 true
    Register Should Be    ${GPIO}    ${IDR}    0

An Output Has The Level Of Its ODR Bit
    All Pins Are          1
    Write Register        ${GPIO}    ${ODR}    0x8001
    Register Should Be    ${GPIO}    ${IDR}    0x8001
    Answer Should Be      gpiog Level 15    True
    Write Register        ${GPIO}    ${BRR}    0x8000
    Register Should Be    ${GPIO}    ${ODR}    0x0001

Setting Wins Over Resetting
    All Pins Are          1
    Write Register        ${GPIO}    ${BSRR}    0x00030001
    Register Should Be    ${GPIO}    ${ODR}    0x0001

The Output Register Has No Effect Until The Pin Is An Output
    All Pins Are          0
    Write Register        ${GPIO}    ${BSRR}    0x4
    Register Should Be    ${GPIO}    ${IDR}    0
    All Pins Are          1
    Register Should Be    ${GPIO}    ${IDR}    0x4

An Input Follows The Wire, Not The Output Register
    All Pins Are          0
    Write Register        ${GPIO}    ${ODR}    0xFFFF
    Execute Command       gpiog OnGPIO 5 true
    Register Should Be    ${GPIO}    ${IDR}    0x20
    Execute Command       gpiog OnGPIO 5 false
    Register Should Be    ${GPIO}    ${IDR}    0

An Output Wins Over An Outside Driver
    All Pins Are          1
    Execute Command       gpiog OnGPIO 5 true
    Register Should Be    ${GPIO}    ${IDR}    0

A Pull-Up Holds An Undriven Input High
    All Pins Are          0
    Write Register        ${GPIO}    ${PUPDR}    0x1
    Register Should Be    ${GPIO}    ${IDR}    0x1
    Execute Command       gpiog OnGPIO 0 false
    Register Should Be    ${GPIO}    ${IDR}    0
    Execute Command       gpiog Release 0
    Register Should Be    ${GPIO}    ${IDR}    0x1

An Open-Drain Output Releases The Wire
    All Pins Are          1
    Write Register        ${GPIO}    ${OTYPER}    0x1
    Write Register        ${GPIO}    ${ODR}    0x1
    Register Should Be    ${GPIO}    ${IDR}    0
    Write Register        ${GPIO}    ${PUPDR}    0x1
    Register Should Be    ${GPIO}    ${IDR}    0x1
    Write Register        ${GPIO}    ${ODR}    0x0
    Register Should Be    ${GPIO}    ${IDR}    0

Registers Accept Halfwords And Bytes
    All Pins Are          1
    Execute Command       sysbus WriteWord 0x442A0018 0x0009
    Register Should Be    ${GPIO}    ${ODR}    0x9
    Number Should Be      sysbus ReadByte 0x442A0010    0x9

Security Registers Store What Is Written
    Write Register        ${GPIO}    0x30    0xFFFF
    Register Should Be    ${GPIO}    0x30    0xFFFF
