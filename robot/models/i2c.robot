*** Settings ***
Documentation     The I2C controller, driven through its registers like an interrupt-driven driver, with a display at 0x3c
...               and no other device. Byte by byte (burst 1), unless a test says otherwise.
Resource          bus.resource
Suite Setup       Prepare Models
Test Setup        Create Board With A Bus

*** Test Cases ***
Is Idle After It Is Enabled
    Register Should Be    ${I2C}    ${ISR}    ${TXE}
    Line Should Be Low    i2c8 IRQ

An Address Without A Device Gives A NACK And A STOP After Ten Bits
    Begin                 ${ABSENT}    3
    Bits Should Be Set    ${I2C}    ${ISR}    ${BUSY}
    Let Bits Pass         8
    Bits Should Be Clear    ${I2C}    ${ISR}    ${NACKF}
    Let Bits Pass         2
    Bits Should Be Set    ${I2C}    ${ISR}    ${NACKF}
    Bits Should Be Set    ${I2C}    ${ISR}    ${STOPF}
    Bits Should Be Clear    ${I2C}    ${ISR}    ${BUSY}
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TXIS}
    Line Should Be High    i2c8 IRQ
    Interrupt Should Be Pending    ${IRQ}
    Write Register        ${I2C}    ${ICR}    0x30
    Line Should Be Low    i2c8 IRQ
    Number Should Be      i2c8 Refused    1

An Unplugged Display Gives A NACK
    Execute Command       i2c8.panel Unplug
    Begin                 ${DISPLAY}    1
    Let Bits Pass         10
    Bits Should Be Set    ${I2C}    ${ISR}    ${NACKF}

A Display Unplugged During A Transfer Gives A NACK
    Begin                 ${DISPLAY}    2
    Let Bits Pass         10
    Send Byte             0x00
    Execute Command       i2c8.panel Unplug
    Send Byte             0xAF
    Let Bits Pass         9
    Bits Should Be Set    ${I2C}    ${ISR}    ${NACKF}
    Bits Should Be Set    ${I2C}    ${ISR}    ${STOPF}

Bytes Are Requested When The Wire Is Ready
    Begin                 ${DISPLAY}    3
    Let Bits Pass         8
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TXIS}
    Let Bits Pass         2
    Send Byte             0x00
    Send Byte             0xA5
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TXIS}
    Let Bits Pass         9
    Send Byte             0xAF
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TC}
    Let Bits Pass         18
    Bits Should Be Set    ${I2C}    ${ISR}    ${TC}
    Bits Should Be Set    ${I2C}    ${ISR}    ${BUSY}
    Write Register        ${I2C}    ${CR2}    ${STOP}
    Bits Should Be Set    ${I2C}    ${ISR}    ${STOPF}
    Bits Should Be Clear    ${I2C}    ${ISR}    ${BUSY}
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TC}
    Answer Should Be      i2c8.panel IsOn    True

The First Byte May Wait In TXDR
    Write Register        ${I2C}    ${TXDR}    0x00
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TXE}
    Begin                 ${DISPLAY}    2    ${AUTOEND}
    Let Bits Pass         10
    Send Byte             0xAF
    Let Bits Pass         18
    Bits Should Be Set    ${I2C}    ${ISR}    ${STOPF}
    Answer Should Be      i2c8.panel IsOn    True

A Transfer Continues After A Reload
    Begin                 ${DISPLAY}    1    ${RELOAD}
    Let Bits Pass         10
    Send Byte             0x00
    Let Bits Pass         9
    Bits Should Be Set    ${I2C}    ${ISR}    ${TCR}
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TC}
    Line Should Be High    i2c8 IRQ
    ${value}=             Evaluate    hex(${DISPLAY} | 1 << 16 | ${AUTOEND})
    Write Register        ${I2C}    ${CR2}    ${value}
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TCR}
    Send Byte             0xAF
    Let Bits Pass         9
    Bits Should Be Set    ${I2C}    ${ISR}    ${STOPF}
    Answer Should Be      i2c8.panel IsOn    True

An Address Alone Shows Whether A Device Is There
    Begin                 ${DISPLAY}    0    ${AUTOEND}
    Let Bits Pass         10
    Bits Should Be Set    ${I2C}    ${ISR}    ${STOPF}
    Bits Should Be Clear    ${I2C}    ${ISR}    ${NACKF}

Bytes Are Read One After The Other
    ${flags}=             Evaluate    ${READ}
    Begin                 ${DISPLAY}    2    ${flags}
    Let Bits Pass         19
    Bits Should Be Set    ${I2C}    ${ISR}    ${RXNE}
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TC}
    Line Should Be High    i2c8 IRQ
    Register Should Be    ${I2C}    ${RXDR}    0x46
    Bits Should Be Clear    ${I2C}    ${ISR}    ${RXNE}
    Let Bits Pass         9
    Bits Should Be Set    ${I2C}    ${ISR}    ${RXNE}
    Bits Should Be Set    ${I2C}    ${ISR}    ${TC}
    Register Should Be    ${I2C}    ${RXDR}    0x46

A Burst Takes Bytes At Once And Ends With The Wire
    Execute Command       i2c8 Burst 4
    Begin                 ${DISPLAY}    6
    FOR    ${value}    IN    0x00    0xE3    0xE3    0xE3
        Send Byte         ${value}
    END
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TXIS}
    Let Bits Pass         37
    Send Byte             0xE3
    Send Byte             0xAF
    # 10 bits of address and 6 bytes are 64 bits
    Let Bits Pass         26
    Bits Should Be Clear    ${I2C}    ${ISR}    ${TC}
    Let Bits Pass         1
    Bits Should Be Set    ${I2C}    ${ISR}    ${TC}

Masked Flags Do Not Interrupt
    Write Register        ${I2C}    ${CR1}    0x1
    Begin                 ${ABSENT}    1
    Let Bits Pass         10
    Bits Should Be Set    ${I2C}    ${ISR}    ${NACKF}
    Line Should Be Low    i2c8 IRQ
    Write Register        ${I2C}    ${CR1}    0x11
    Line Should Be High    i2c8 IRQ

Disabling Ends A Transfer And Its Interrupts
    Begin                 ${DISPLAY}    3
    Let Bits Pass         10
    Line Should Be High    i2c8 IRQ
    Write Register        ${I2C}    ${CR1}    0
    Register Should Be    ${I2C}    ${ISR}    ${TXE}
    Line Should Be Low    i2c8 IRQ
    Let Bits Pass         100
    Register Should Be    ${I2C}    ${ISR}    ${TXE}

Disabling Cancels A Transfer On The Wire
    Begin                 ${ABSENT}    3
    Let Bits Pass         5
    Write Register        ${I2C}    ${CR1}    0
    Write Register        ${I2C}    ${CR1}    ${ON}
    Let Bits Pass         100
    Register Should Be    ${I2C}    ${ISR}    ${TXE}
    Number Should Be      i2c8 Refused    0

With The Clock Line Held Low A Transfer Does Not End
    Execute Command       i2c8 HoldClock true
    Begin                 ${DISPLAY}    1
    Let Bits Pass         1000
    Register Should Be    ${I2C}    ${ISR}    0x8001

A Device May Refuse A Byte In The Middle Of A Transfer
    Execute Command       i2c8 RefusesData true
    Begin                 ${DISPLAY}    4
    Let Bits Pass         10
    Send Byte             0x00
    Send Byte             0xA5
    Let Bits Pass         9
    Bits Should Be Clear    ${I2C}    ${ISR}    ${NACKF}
    Send Byte             0xAF
    Let Bits Pass         9
    Bits Should Be Set    ${I2C}    ${ISR}    ${NACKF}
    Bits Should Be Set    ${I2C}    ${ISR}    ${STOPF}
    Number Should Be      i2c8 Refused    1

A Device May Hold The Data Line And Release It
    Execute Command       i2c8 HoldData 1000000
    Begin                 ${DISPLAY}    1
    Let Bits Pass         1000
    Register Should Be    ${I2C}    ${ISR}    0x8001
    Execute Command       i2c8 ReleaseData
    Write Register        ${I2C}    ${CR1}    0
    Write Register        ${I2C}    ${CR1}    ${ON}
    Begin                 ${DISPLAY}    0    ${AUTOEND}
    Let Bits Pass         10
    Bits Should Be Set    ${I2C}    ${ISR}    ${STOPF}
    Bits Should Be Clear    ${I2C}    ${ISR}    ${NACKF}

Disabling In The Middle Of A Byte Leaves The Data Line Low Until Nine Clocks
    Wire The Bus
    Begin                 ${DISPLAY}    3
    Let Bits Pass         10
    Send Byte             0x00
    Write Register        ${I2C}    ${CR1}    0
    Write Register        ${I2C}    ${CR1}    ${ON}
    Number Should Be      i2c8 CutOff    1
    Register Should Be    ${GPIOZ}    0x10    0x10
    Begin                 ${DISPLAY}    1
    Let Bits Pass         100
    Register Should Be    ${I2C}    ${ISR}    0x8001
    Write Register        ${I2C}    ${CR1}    0
    # SCL as an open-drain output
    Write Register        ${GPIOZ}    0x04    0x10
    Write Register        ${GPIOZ}    0x00    0xFFFFFDBF
    FOR    ${clock}    IN RANGE    8
        Clock By Hand
    END
    Register Should Be    ${GPIOZ}    0x10    0x10
    Clock By Hand
    Register Should Be    ${GPIOZ}    0x10    0x18
    Write Register        ${GPIOZ}    0x00    0xFFFFFEBF
    Write Register        ${I2C}    ${CR1}    ${ON}
    Begin                 ${DISPLAY}    0    ${AUTOEND}
    Let Bits Pass         10
    Bits Should Be Set    ${I2C}    ${ISR}    ${STOPF}
    Bits Should Be Clear    ${I2C}    ${ISR}    ${NACKF}

A Bus Reaches Its Devices Only Through Pins That Are Switched To It
    Wire The Bus
    Write Register        ${GPIOZ}    0x00    0xFFFFFFFF
    Begin                 ${DISPLAY}    1
    Let Bits Pass         10
    Bits Should Be Set    ${I2C}    ${ISR}    ${NACKF}

The Bit Time Follows The Timing Register
    # PRESC 1, SCLH 0x0F, SCLL 0x3B: (16 + 60) * 2 + 4 cycles of 15.625 ns, two filters of 50 ns, 350 ns of edges
    Number Should Be      i2c8 BitTime    2887
