*** Settings ***
Documentation     The distance sensor: trigger on its input 0, pulse on its line Echo. tests/backends/renode/test_machine.py
...               compares its numbers with the formulas of fwgen/sensor; this suite has examples.
Resource          models.resource
Suite Setup       Prepare Models
Test Setup        Create Board With An Obstacle At A Metre

*** Keywords ***
Create Board With An Obstacle At A Metre
    Create Board
    Execute Command       sensor Distance 1000
    Execute Command       sensor RecordsEdges true

Trigger For
    [Arguments]           ${microseconds}
    Execute Command       sensor OnGPIO 0 true
    Run For Microseconds    ${microseconds}
    Execute Command       sensor OnGPIO 0 false

*** Test Cases ***
The Echo Rises After The Burst And Lasts As Sound Travels
    Trigger For           10
    Run For Microseconds    459
    Line Should Be Low    sensor Echo
    Run For Microseconds    1
    Line Should Be High    sensor Echo
    # 2 m at 343.2 m/s
    Run For Microseconds    5826
    Line Should Be High    sensor Echo
    Run For Microseconds    1
    Line Should Be Low    sensor Echo
    Answer Should Be      sensor Triggers    0 5827
    Answer Should Be      sensor TriggerEdges    0 1\n10000 0
    Answer Should Be      sensor EchoEdges    470000 1\n6297000 0

A Short Trigger Is Ignored
    Trigger For           9
    Run For Microseconds    50000
    Answer Should Be      sensor EchoEdges    ${EMPTY}
    Answer Should Be      sensor HasTriggered    False
    Number Should Be      sensor Ignored    1

A Trigger During A Measurement Is Ignored
    Trigger For           10
    Run For Microseconds    2000
    Trigger For           10
    Run For Microseconds    50000
    Answer Should Be      sensor Triggers    0 5827
    Number Should Be      sensor Ignored    1

An Obstacle Beyond Four Metres Gives No Echo
    Execute Command       sensor Distance 4000.001
    Trigger For           10
    Run For Microseconds    60000
    Answer Should Be      sensor Triggers    0 38000
    Answer Should Be      sensor EchoEdges    470000 1\n38470000 0

The Shortest Pulse Is Sixty Microseconds
    Execute Command       sensor Distance 1
    Number Should Be      sensor PulseAt 0    60

The Obstacle's Path Begins With The First Trigger
    Execute Command       sensor Path "0:1000000 1000:2000000"
    Run For Microseconds    777000
    Trigger For           10
    Run For Microseconds    500000
    Trigger For           10
    ${triggers}=          Execute Command    sensor Triggers
    # 500.010 ms after the first: 1.5 m
    Should Contain        ${triggers}    777000000 5827
    Should Contain        ${triggers}    1277010000 8741
    Number Should Be      sensor MicrometresAt 250    1250000
    Number Should Be      sensor MicrometresAt 1000    2000000
    Number Should Be      sensor MicrometresAt 5000    2000000

A Trigger's Time Is Rounded To The Nearest Millisecond
    Execute Command       sensor Path "0:1000000 1000:2000000"
    Trigger For           10
    Run For Microseconds    500590
    Trigger For           10
    ${triggers}=          Execute Command    sensor Triggers
    # 500.600 ms: 1.501 m
    Should Contain        ${triggers}    500600000 8747

The Obstacle Can Be Moved During A Run
    Execute Command       sensor MoveTo 500 2
    Number Should Be      sensor MicrometresAt 1000    750000
    Number Should Be      sensor MicrometresAt 2000    500000

Sound Is Slower In Cold Air
    Execute Command       sensor SoundMillimetresPerSecond 331300
    Number Should Be      sensor PulseAt 0    6037

Noise And Missed Echoes Come From The Seed
    Execute Command       sensor NoiseSigmaMicrometres 2000
    ${first}=             Number Of    sensor PulseAt 60
    ${second}=            Number Of    sensor PulseAt 120
    ${again}=             Number Of    sensor PulseAt 60
    Should Be Equal       ${first}    ${again}
    Should Not Be Equal    ${first}    ${second}
    Execute Command       sensor Seed 2
    ${other}=             Number Of    sensor PulseAt 60
    Should Not Be Equal    ${first}    ${other}
    Execute Command       sensor MissedPartsPerMillion 1000000
    Number Should Be      sensor PulseAt 60    38000

A Mute Sensor Gives No Pulse
    Execute Command       sensor Mute
    Trigger For           10
    Run For Microseconds    60000
    Answer Should Be      sensor EchoEdges    ${EMPTY}
    Answer Should Be      sensor Triggers    0 0
    Execute Command       sensor Restore
    Trigger For           10
    Run For Microseconds    1000
    Line Should Be High    sensor Echo

A Held Line Stays High Until Released
    Execute Command       sensor HoldEcho
    Line Should Be High    sensor Echo
    Trigger For           10
    Run For Microseconds    60000
    Line Should Be High    sensor Echo
    Execute Command       sensor Restore
    Line Should Be Low    sensor Echo

Holding The Line Begins After A Running Measurement
    Execute Command       sensor OnGPIO 0 true
    Run For Microseconds    4
    Execute Command       sensor HoldEcho
    Line Should Be Low    sensor Echo
    Run For Microseconds    6
    Execute Command       sensor OnGPIO 0 false
    Run For Microseconds    60000
    Line Should Be High    sensor Echo
    Answer Should Be      sensor Triggers    0 5827
    Answer Should Be      sensor EchoEdges    470000 1\n6297000 0\n7297000 1

A Fault During A Trigger Takes Effect At The Next One
    Execute Command       sensor OnGPIO 0 true
    Run For Microseconds    4
    Execute Command       sensor Mute
    Run For Microseconds    6
    Execute Command       sensor OnGPIO 0 false
    Run For Microseconds    49990
    Trigger For           10
    Answer Should Be      sensor Triggers    0 5827\n50000000 0

Its Lines Reach The Pins They Are Wired To
    # PF6 output, PF7 input
    Write Register        0x44290000    0x00    0xFFFF1FFF
    Write Register        0x44290000    0x18    0x40
    Run For Microseconds    10
    Write Register        0x44290000    0x28    0x40
    Run For Microseconds    1000
    Register Should Be    0x44290000    0x10    0x80

A Copy May Have A Longer Pulse Without An Echo
    Execute Command       sensor SilenceMicroseconds 200000
    Execute Command       sensor Distance 6000
    Trigger For           10
    Run For Microseconds    60000
    Trigger For           10
    Run For Microseconds    200000
    Answer Should Be      sensor Triggers    0 200000
    Answer Should Be      sensor EchoEdges    470000 1\n200470000 0
    Number Should Be      sensor Ignored    1

A Copy May Hold Its Line Until The Next Trigger, Which Starts No Measurement
    Execute Command       sensor SilenceMicroseconds 0xFFFFFFFE
    Execute Command       sensor EndsByTrigger true
    Execute Command       sensor Distance 6000
    Trigger For           10
    Run For Microseconds    59990
    Execute Command       sensor Distance 1000
    Trigger For           10
    Run For Microseconds    59990
    Trigger For           10
    Run For Microseconds    10000
    Answer Should Be      sensor Triggers    0 -2\n60000000 -1\n120000000 5827
    Answer Should Be      sensor EchoEdges    470000 1\n60010000 0\n120470000 1\n126297000 0

A Line That Is Held Ends As It Began, Whatever Kind The Sensor Is By Then
    Execute Command       sensor SilenceMicroseconds 0xFFFFFFFE
    Execute Command       sensor EndsByTrigger true
    Execute Command       sensor Distance 6000
    Trigger For           10
    Run For Microseconds    59990
    Execute Command       sensor EndsByTrigger false
    Execute Command       sensor SilenceMicroseconds 38000
    Line Should Be High    sensor Echo
    Trigger For           10
    Line Should Be Low    sensor Echo

A Stuck Sensor Gives One Value Without Noise And Missed Echoes
    Execute Command       sensor NoiseSigmaMicrometres 2000
    Execute Command       sensor MissedPartsPerMillion 1000000
    Execute Command       sensor Freezes true
    Trigger For           10
    Run For Microseconds    59990
    Execute Command       sensor Distance 2000
    Trigger For           10
    Run For Microseconds    59990
    Execute Command       sensor Freezes false
    Trigger For           10
    Run For Microseconds    59990
    Answer Should Be      sensor Triggers    0 5827\n60000000 5827\n120000000 38000

A Copy May Hold Its Line Until It Is Pulled Low
    Execute Command       sensor SilenceMicroseconds 0xFFFFFFFE
    Execute Command       sensor EndsByPull true
    Execute Command       sensor Distance 6000
    Trigger For           10
    Run For Microseconds    59990
    Trigger For           10
    Run For Microseconds    60000
    Line Should Be High    sensor Echo
    Execute Command       sensor OnGPIO 1 false
    Line Should Be Low    sensor Echo
    Answer Should Be      sensor Triggers    0 -2\n60000000 -1

A Copy May Give No Pulse Without An Echo
    Execute Command       sensor SilenceMicroseconds 0
    Execute Command       sensor Distance 6000
    Trigger For           10
    Run For Microseconds    60000
    Answer Should Be      sensor EchoEdges    ${EMPTY}
    Answer Should Be      sensor Triggers    0 0

A Copy May Have Spikes Before Its Echo
    Execute Command       sensor SpikeAtMicroseconds 100
    Execute Command       sensor SpikeMicroseconds 20
    Trigger For           10
    Run For Microseconds    10000
    Answer Should Be      sensor EchoEdges    110000 1\n130000 0\n470000 1\n6297000 0

A Copy May Have A Wrong First Reading And A Blind Zone
    Execute Command       sensor FirstMicrometres 77000
    Execute Command       sensor BlindMicrometres 200000
    Execute Command       sensor Distance 50
    Number Should Be      sensor PulseAt 0    449
    Number Should Be      sensor PulseAt 60    1165
