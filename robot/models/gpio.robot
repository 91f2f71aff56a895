*** Settings ***
Documentation     A GPIO port: what a pin's level is made of.
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

An Output Drives What It Is Told
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

An Output's Value Waits Until The Pin Is An Output
    All Pins Are          0
    Write Register        ${GPIO}    ${BSRR}    0x4
    Register Should Be    ${GPIO}    ${IDR}    0
    All Pins Are          1
    Register Should Be    ${GPIO}    ${IDR}    0x4

An Input Follows The Wire And Not The Output Register
    All Pins Are          0
    Write Register        ${GPIO}    ${ODR}    0xFFFF
    Execute Command       gpiog OnGPIO 5 true
    Register Should Be    ${GPIO}    ${IDR}    0x20
    Execute Command       gpiog OnGPIO 5 false
    Register Should Be    ${GPIO}    ${IDR}    0

An Output Is Stronger Than The Wire
    All Pins Are          1
    Execute Command       gpiog OnGPIO 5 true
    Register Should Be    ${GPIO}    ${IDR}    0

A Pull-Up Holds A Free Input
    All Pins Are          0
    Write Register        ${GPIO}    ${PUPDR}    0x1
    Register Should Be    ${GPIO}    ${IDR}    0x1
    Execute Command       gpiog OnGPIO 0 false
    Register Should Be    ${GPIO}    ${IDR}    0
    Execute Command       gpiog Release 0
    Register Should Be    ${GPIO}    ${IDR}    0x1

Open Drain Lets The Wire Go
    All Pins Are          1
    Write Register        ${GPIO}    ${OTYPER}    0x1
    Write Register        ${GPIO}    ${ODR}    0x1
    Register Should Be    ${GPIO}    ${IDR}    0
    Write Register        ${GPIO}    ${PUPDR}    0x1
    Register Should Be    ${GPIO}    ${IDR}    0x1
    Write Register        ${GPIO}    ${ODR}    0x0
    Register Should Be    ${GPIO}    ${IDR}    0

Halfwords And Bytes Reach The Registers
    All Pins Are          1
    Execute Command       sysbus WriteWord 0x442A0018 0x0009
    Register Should Be    ${GPIO}    ${ODR}    0x9
    Number Should Be      sysbus ReadByte 0x442A0010    0x9

Security Registers Keep What Is Written
    Write Register        ${GPIO}    0x30    0xFFFF
    Register Should Be    ${GPIO}    0x30    0xFFFF
