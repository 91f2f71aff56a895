*** Settings ***
Documentation     The firmware with Renode's own test runner, without fwgen and without its Linux:
...               renode-test --variable ELF:/path/to/range-node.elf robot/renode_test/firmware.robot
Suite Setup       Prepare Models
Suite Teardown    Teardown
Test Setup        Create Board
Test Teardown     Test Teardown
Resource          ${RENODEKEYWORDS}

*** Variables ***
${ELF}            ${CURDIR}/../../build/range-node/range-node.elf
${SCRIPTS}        ${CURDIR}/../../renode/scripts

*** Keywords ***
Prepare Models
    Setup
    Execute Command           include @${SCRIPTS}/models.resc

Create Board
    Execute Command           $elf=@${ELF}
    Execute Command           include @${SCRIPTS}/machine.resc
    Create Terminal Tester    sysbus.uart5    defaultPauseEmulation=true

Number Of
    [Arguments]               ${command}
    ${text}=                  Execute Command    ${command}
    ${value}=                 Evaluate    int($text.strip(), 0)
    RETURN                    ${value}

*** Test Cases ***
Prints Its Name And Start
    [Documentation]           The console's first line names the spec, the start and the log.
    Wait For Line On Uart     range-node: start 1, log 0 of \\d+ blocks    timeout=1    treatAsRegex=true

Samples Without Linux
    [Documentation]           A trigger each 60 ms, without a receiver.
    Execute Command           emulation RunFor "3"
    ${triggers}=              Number Of    sensor Triggers Count
    Should Be True            48 <= ${triggers} <= 50

Shows The Distance
    [Documentation]           The display is on after a second, and changes with the obstacle.
    Execute Command           emulation RunFor "1"
    ${before}=                Execute Command    i2c8.panel HalfBlocks
    Execute Command           sensor MoveTo 500 0.1
    Execute Command           emulation RunFor "1"
    ${after}=                 Execute Command    i2c8.panel HalfBlocks
    Should Contain            ${before}    \u2588
    Should Not Be Equal       ${before}    ${after}

Does Not Use Closed DDR
    [Documentation]           The firmware does not know of the sleep, but it has no link to use.
    Execute Command           emulation RunFor "1"
    Execute Command           linux Suspend
    Execute Command           emulation RunFor "10"
    ${touched}=               Number Of    ddr Violations
    Should Be Equal As Integers    ${touched}    0

Finds Its Log After A Reset
    [Documentation]           The core is reset as by remoteproc; retained memory keeps its content.
    Execute Command           emulation RunFor "10"
    Execute Command           core Start 0x0A043000
    Wait For Line On Uart     start 2, log [1-9]\\d* of \\d+ blocks    timeout=1    treatAsRegex=true

Finds Its Log After A Reset While Running
    [Documentation]           The core is reset as by remoteproc, while the emulation runs; its samples are still there.
    Wait For Line On Uart     display: there    timeout=1
    Execute Command           emulation RunFor "1"
    Execute Command           start
    Execute Command           runMacro $restart
    Wait For Line On Uart     start 2, log 1 of \\d+ blocks, \\d+ samples kept    timeout=5    treatAsRegex=true
