*** Settings ***
Documentation     The pins' interrupt controller, driven by a pin of port F and through its registers.
Resource          models.resource
Suite Setup       Prepare Models
Test Setup        Create Board With An Input

*** Variables ***
${EXTI}           0x46230000
${GPIOF}          0x44290000
${RTSR}           0x00
${FTSR}           0x04
${SWIER}          0x08
${RPR}            0x0C
${FPR}            0x10
${EXTICR1}        0x60
${EXTICR3}        0x68
${C1IMR}          0x80
${C2IMR}          0xC0
${LINE}           9
${BIT}            0x200
${IRQ}            26

*** Keywords ***
Create Board With An Input
    [Documentation]       PF9 is an input; line 9 is connected to port F and enabled for the M33.
    Create Board
    Write Register        ${GPIOF}    0x00    0xFFF3FFFF
    Write Register        ${EXTI}    ${EXTICR3}    0x0500
    Write Register        ${EXTI}    ${C2IMR}    ${BIT}

Pin Goes High
    Execute Command       gpiof OnGPIO ${LINE} true

Pin Goes Low
    Execute Command       gpiof OnGPIO ${LINE} false

*** Test Cases ***
A Rising Edge Sets Its Own Pending Bit And Interrupts
    Write Register        ${EXTI}    ${RTSR}    ${BIT}
    Pin Goes High
    Register Should Be    ${EXTI}    ${RPR}    ${BIT}
    Register Should Be    ${EXTI}    ${FPR}    0
    Interrupt Should Be Pending    ${IRQ}

A Falling Edge Sets Its Own Pending Bit And Interrupts
    Write Register        ${EXTI}    ${FTSR}    ${BIT}
    Pin Goes High
    Register Should Be    ${EXTI}    ${RPR}    0
    Interrupt Should Not Be Pending    ${IRQ}
    Pin Goes Low
    Register Should Be    ${EXTI}    ${FPR}    ${BIT}
    Interrupt Should Be Pending    ${IRQ}

Writing One Clears A Pending Bit And Lowers The Line
    Write Register        ${EXTI}    ${RTSR}    ${BIT}
    Write Register        ${EXTI}    ${FTSR}    ${BIT}
    Pin Goes High
    Pin Goes Low
    Write Register        ${EXTI}    ${RPR}    ${BIT}
    Register Should Be    ${EXTI}    ${RPR}    0
    Register Should Be    ${EXTI}    ${FPR}    ${BIT}
    Write Register        ${EXTI}    ${FPR}    0
    Register Should Be    ${EXTI}    ${FPR}    ${BIT}
    Write Register        ${EXTI}    ${FPR}    ${BIT}
    Register Should Be    ${EXTI}    ${FPR}    0
    Clear Interrupt       ${IRQ}
    Interrupt Should Not Be Pending    ${IRQ}

An Edge Between Entry And Acknowledgement Is Not Lost
    Write Register        ${EXTI}    ${RTSR}    ${BIT}
    Pin Goes High
    Clear Interrupt       ${IRQ}
    Write Register        ${EXTI}    ${RPR}    ${BIT}
    Pin Goes Low
    Pin Goes High
    Interrupt Should Be Pending    ${IRQ}

A Masked Line Becomes Pending Without An Interrupt
    Write Register        ${EXTI}    ${C2IMR}    0
    Write Register        ${EXTI}    ${RTSR}    ${BIT}
    Pin Goes High
    Register Should Be    ${EXTI}    ${RPR}    ${BIT}
    Interrupt Should Not Be Pending    ${IRQ}
    Write Register        ${EXTI}    ${C2IMR}    ${BIT}
    Interrupt Should Be Pending    ${IRQ}

The A35's Mask Does Not Affect The M33
    Write Register        ${EXTI}    ${C2IMR}    0
    Write Register        ${EXTI}    ${C1IMR}    ${BIT}
    Write Register        ${EXTI}    ${RTSR}    ${BIT}
    Pin Goes High
    Register Should Be    ${EXTI}    ${C1IMR}    ${BIT}
    Interrupt Should Not Be Pending    ${IRQ}

The Pin Of Another Port Has No Effect
    Write Register        ${EXTI}    ${RTSR}    ${BIT}
    Write Register        ${EXTI}    ${EXTICR3}    0x0600
    Pin Goes High
    Register Should Be    ${EXTI}    ${RPR}    0

A Change Of The Port Selection Causes No Edge
    Write Register        ${EXTI}    ${RTSR}    ${BIT}
    Write Register        ${EXTI}    ${EXTICR3}    0x0000
    Pin Goes High
    Write Register        ${EXTI}    ${EXTICR3}    0x0500
    Register Should Be    ${EXTI}    ${RPR}    0

Software Can Trigger A Line
    Write Register        ${EXTI}    ${SWIER}    ${BIT}
    Register Should Be    ${EXTI}    ${RPR}    ${BIT}
    Interrupt Should Be Pending    ${IRQ}

Registers Of The Other Lines Store What Is Written
    Write Register        ${EXTI}    0x20    0x12345678
    Register Should Be    ${EXTI}    0x20    0x12345678
