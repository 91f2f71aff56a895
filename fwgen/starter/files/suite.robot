*** Settings ***
Documentation     What the node must do. On this machine, in seconds:
...
...               | robot -d results tests
...
...               With the real firmware on the emulated board (needs Zephyr and Renode, see `fwgen doctor`):
...
...               | robot -d results --variable BACKEND:renode tests
...
...               The first test builds the firmware; `--variable ELF:FILE` uses an existing one.
...               `--variable SPEC:FILE` runs all tests with another spec, as `fwgen run --spec` does.
Library           fwgen.robot    ${BACKEND}    elf=${ELF}    builds=${BUILDS}
...               spec=${SPEC}    default_spec=${CURDIR}/../@SPEC@
Test Teardown     Stop Board

*** Variables ***
${BACKEND}        host
${ELF}            ${EMPTY}
${SPEC}           ${EMPTY}
${BUILDS}         ${CURDIR}/../build/robot

*** Test Cases ***
Sleeps And Loses Nothing
    [Documentation]    Runs the same scenario as `fwgen run`.
    Run Scenario       ${CURDIR}/../scenarios/first-sleep.yaml
    The Run Should Pass

Sees What Moves While Linux Sleeps
    [Documentation]    The obstacle moves near while Linux is asleep; then Linux gets every sample of it.
    Start Board        2400 mm    noise=2 mm
    Run For            5 s
    Suspend Linux
    Run For            10 s
    Linux Should Be    asleep
    Move Obstacle      300 mm     within=2 s
    Run For            5 s
    Resume Linux
    Run For            2 s
    Latest Sample Should Be    300 mm    give_or_take=10 mm
    Every Sample Should Have Arrived
    Closed DDR Should Not Have Been Touched
