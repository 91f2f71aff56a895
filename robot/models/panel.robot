*** Settings ***
Documentation     The display's commands, addressing and picture; bytes are sent to it directly.
...               Tests compare single pixels of the picture; x and y count from the top left.
Resource          models.resource
Suite Setup       Prepare Models
Test Setup        Create Board With A Display That Is On

*** Keywords ***
Create Board With A Display That Is On
    Create Board
    Commands              8D 14 AF A1 C8

Commands
    [Documentation]       One transfer: the control byte for commands, then these hexadecimal bytes.
    [Arguments]           ${bytes}
    Transfer              00 ${bytes}

Data
    [Arguments]           ${bytes}
    Transfer              40 ${bytes}

Transfer
    [Arguments]           ${bytes}
    Execute Command       i2c8.panel Send "${bytes}"

Pixel Should Be
    [Arguments]           ${x}    ${y}    ${lit}
    Answer Should Be      i2c8.panel Pixel ${x} ${y}    ${lit}

Memory Should Be
    [Arguments]           ${column}    ${page}    ${value}
    ${read}=              Number Of    i2c8.panel Memory ${column} ${page}
    Should Be Equal As Integers    ${read}    ${value}

*** Test Cases ***
Is Dark Until Switched On
    Data                  FF
    Pixel Should Be       0    0    True
    Commands              AE
    Pixel Should Be       0    0    False
    Answer Should Be      i2c8.panel IsOn    False

Starts In Page Addressing And Stays On Its Page
    Commands              B2 0E 17
    Data                  01 02 03
    Memory Should Be      126    2    0x01
    Memory Should Be      127    2    0x02
    Memory Should Be      0    2    0x03

Horizontal Addressing Fills A Window Row By Row
    Commands              20 00 21 0A 0B 22 01 02
    Data                  11 12 21 22 33
    Memory Should Be      10    1    0x33
    Memory Should Be      11    1    0x12
    Memory Should Be      10    2    0x21
    Memory Should Be      11    2    0x22

Vertical Addressing Fills A Window Column By Column
    Commands              20 01 21 0A 0B 22 01 02
    Data                  11 12 21 22 33
    Memory Should Be      10    1    0x33
    Memory Should Be      10    2    0x12
    Memory Should Be      11    1    0x21
    Memory Should Be      11    2    0x22

A Window May Be Sent In Several Transfers
    Commands              20 00
    Commands              21 00 7F
    Commands              22 00 07
    Data                  01
    Data                  02
    Memory Should Be      0    0    0x01
    Memory Should Be      1    0    0x02

A Command May Be Split Over Writes Of One Transfer
    Execute Command       i2c8.panel Send "00 81" false
    Execute Command       i2c8.panel Send "22"
    Number Should Be      i2c8.panel Contrast    0x22

Single Control Bytes Mix Commands And Data
    Transfer              80 B1 80 00 80 10 C0 5A 40 A5
    Memory Should Be      0    1    0x5A
    Memory Should Be      1    1    0xA5

The Lowest Bit Is The Upper Pixel
    Commands              20 00 21 00 7F 22 00 07
    Data                  05 00 80
    Pixel Should Be       0    0    True
    Pixel Should Be       0    1    False
    Pixel Should Be       0    2    True
    Pixel Should Be       2    7    True

Without Remap And Reversed Scan The Picture Is Upside Down
    Commands              A0 C0 20 00 21 00 7F 22 00 07
    Data                  01
    Pixel Should Be       127    63    True
    Pixel Should Be       0    0    False

Segment Remap Affects What Is Written Afterwards
    Commands              A0 20 00 21 00 7F 22 00 07
    Data                  01
    Commands              A1 21 00 7F 22 00 07
    Pixel Should Be       127    0    True
    Data                  01
    Pixel Should Be       0    0    True

Scan Direction Flips The Picture
    Commands              20 00 21 00 7F 22 00 07
    Data                  01
    Commands              C0
    Pixel Should Be       0    63    True
    Pixel Should Be       0    0    False

Inversion And All On Do Not Change The Memory
    Data                  01
    Commands              A7
    Pixel Should Be       0    0    False
    Pixel Should Be       0    1    True
    Commands              A6 A5
    Pixel Should Be       0    1    True
    Commands              A4
    Pixel Should Be       0    0    True
    Pixel Should Be       0    1    False

Start Line And Offset Move The Picture Up
    Commands              20 00 21 00 7F 22 00 07
    Data                  04
    Commands              41
    Pixel Should Be       0    1    True
    Commands              D3 01
    Pixel Should Be       0    0    True
    Commands              40
    Pixel Should Be       0    1    True

Rows Beyond The Multiplex Ratio Stay Dark
    Commands              A5 A8 1F
    Pixel Should Be       0    63    True
    Pixel Should Be       0    32    True
    Pixel Should Be       0    31    False

Settings Are Accepted
    Commands              81 CF 8D 14 D5 80 D9 F1 DA 12 DB 40 E3 2E A3 00 40 AD 30 32
    Number Should Be      i2c8.panel Contrast    0xCF
    Answer Should Be      i2c8.panel IsChargePumpOn    True
    Commands              A7
    Answer Should Be      i2c8.panel IsInverted    True

Only A Visible Change Counts As A Frame
    ${before}=            Number Of    i2c8.panel FrameCount
    Run For Microseconds    100
    Data                  00 00 00
    Number Should Be      i2c8.panel FrameCount    ${before}
    Data                  01 02 03
    ${after}=             Evaluate    ${before} + 1
    Number Should Be      i2c8.panel FrameCount    ${after}
    Commands              A6
    Number Should Be      i2c8.panel FrameCount    ${after}
    ${frames}=            Execute Command    i2c8.panel Frames
    Should Contain        ${frames}    100000 ${after}

The Picture Is Available As Half Blocks
    Commands              20 00 21 00 7F 22 00 07
    Data                  01 02 03
    ${text}=              Execute Command    i2c8.panel HalfBlocks
    ${first}=             Evaluate    $text.splitlines()[0][:4]
    Should Be Equal       ${first}    \u2580\u2584\u2588${SPACE}

Loses Its State When Unplugged
    Data                  FF
    Execute Command       i2c8.panel Unplug
    Pixel Should Be       0    0    False
    Execute Command       i2c8.panel Plug
    Answer Should Be      i2c8.panel IsOn    False
    Commands              AF
    Memory Should Be      0    0    0

A Reset Of The Chip Does Not Affect It
    Data                  FF
    Execute Command       i2c8.panel Reset
    Pixel Should Be       0    0    True

Answers A Read With Its Status
    ${on}=                Execute Command    i2c8.panel Read 1
    Should Contain        ${on}    0x06
    Commands              AE
    ${off}=               Execute Command    i2c8.panel Read 1
    Should Contain        ${off}    0x46
