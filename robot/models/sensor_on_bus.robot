*** Settings ***
Documentation     A model of Renode, the TMP108 at 0x48, behind the bus's witness: what it shows when it is read, and the record of
...               it. A measurement is a write of 0x00 and, after a repeated START, a read of two bytes. This model gives whole degrees,
...               rounded towards 0, in the first one.
Resource          bus.resource
Suite Setup       Prepare Models
Test Setup        Create Board With A Sensor On The Bus

*** Variables ***
${SENSOR}         0x90
${ENDS}           -40000000 85000000

*** Keywords ***
Create Board With A Sensor On The Bus
    Create Board With A Bus
    Execute Command       machine LoadPlatformDescriptionFromString "thermometer: Sensors.TMP108 @ i2c8 0x48"
    ${begins}=            Set Variable    bus: i2c8; device: thermometer; address: 0x48; begins: 0x00
    Execute Command       machine LoadPlatformDescriptionFromString "witness: Sensors.SensorOnBus @ sysbus { ${begins} }"

Ask For Temperature
    [Documentation]       The written byte, and the START of the read.
    Begin                 ${SENSOR}    1
    Let Bits Pass         10
    Send Byte             0x00
    Let Bits Pass         9
    Bits Should Be Set    ${I2C}    ${ISR}    ${TC}
    ${flags}=             Evaluate    ${READ} | ${AUTOEND}
    Begin                 ${SENSOR}    2    ${flags}

Measure
    [Documentation]       Returns the first byte.
    Ask For Temperature
    Let Bits Pass         20
    ${high}=              Read Register    ${I2C}    ${RXDR}
    Let Bits Pass         9
    Read Register         ${I2C}    ${RXDR}
    RETURN                ${high}

Measurement Should Give
    [Arguments]           ${expected}
    ${found}=             Measure
    Should Be Equal As Integers    ${found}    ${expected}

*** Test Cases ***
Shows The Signal At The Time Of Each Measurement
    [Documentation]       Linear between the points; time 0 is the first measurement, whenever it is.
    Run For Microseconds    7000
    Execute Command       witness Signals "Temperature 1000000 ${ENDS} 0 1 0:25000000 1000:-1500000"
    Measurement Should Give    25
    Run For Microseconds    500000
    Measurement Should Give    11
    Run For Microseconds    2000000
    Measurement Should Give    0xFF
    Number Should Be      witness Measurements    3

Adds Noise From The Seed
    [Documentation]       As in fwgen/sensor/chance.py: at time 0 with sigma 5 degrees and seed 2.
    Execute Command       witness Signals "Temperature 1000000 ${ENDS} 5000000 2 0:25000000"
    Measurement Should Give    19

Stays At Its Ends
    [Documentation]       The noise is clipped, too.
    Execute Command       witness Signals "Temperature 1000000 ${ENDS} 5000000 2 0:200000000 1000:-200000000"
    Measurement Should Give    85
    Run For Microseconds    1500000
    Measurement Should Give    0xD8

Records What The Driver Read
    Execute Command       witness Signals "Temperature 1000000 ${ENDS} 0 1 0:25000000"
    Measure
    ${first}=             Number Of    witness FirstMeasurement
    Answer Should Be      witness Record    ${first} 00 1902

A Write Of More Bytes Is No Measurement
    Begin                 ${SENSOR}    2    ${AUTOEND}
    Let Bits Pass         10
    Send Byte             0x00
    Let Bits Pass         9
    Send Byte             0x10
    Let Bits Pass         9
    Bits Should Be Clear    ${I2C}    ${ISR}    ${NACKF}
    Number Should Be      witness Measurements    0

Other Devices Are Not Recorded
    Begin                 ${DISPLAY}    1    ${AUTOEND}
    Let Bits Pass         10
    Send Byte             0x00
    Let Bits Pass         9
    Bits Should Be Clear    ${I2C}    ${ISR}    ${NACKF}
    Number Should Be      witness Measurements    0
    Answer Should Be      witness Record    ${EMPTY}

A Mute Sensor Does Not Acknowledge
    Execute Command       witness Mute true
    Begin                 ${SENSOR}    1
    Let Bits Pass         10
    Bits Should Be Set    ${I2C}    ${ISR}    ${NACKF}
    Execute Command       witness Mute false
    Write Register        ${I2C}    ${ICR}    0x30
    Measure
    Bits Should Be Clear    ${I2C}    ${ISR}    ${NACKF}

A Measurement That Is Missed By Chance Is Not Acknowledged
    [Documentation]       At its read; the next transfer is acknowledged again.
    Execute Command       witness MissedPartsPerMillion 1000000
    Ask For Temperature
    Let Bits Pass         10
    Bits Should Be Set    ${I2C}    ${ISR}    ${NACKF}
    Number Should Be      witness Measurements    1
    Execute Command       witness MissedPartsPerMillion 0
    Write Register        ${I2C}    ${ICR}    0x30
    Measure
    Bits Should Be Clear    ${I2C}    ${ISR}    ${NACKF}

Chance Follows The Seed
    [Documentation]       As in fwgen/sensor/chance.py: at time 0 with 30 %, seed 4 misses and seed 1 does not.
    Execute Command       witness MissedPartsPerMillion 300000
    Execute Command       witness Seed 1
    Measure
    Bits Should Be Clear    ${I2C}    ${ISR}    ${NACKF}
    Create Board With A Sensor On The Bus
    Execute Command       witness MissedPartsPerMillion 300000
    Execute Command       witness Seed 4
    Ask For Temperature
    Let Bits Pass         10
    Bits Should Be Set    ${I2C}    ${ISR}    ${NACKF}
