*** Settings ***
Documentation     What the node must do. On this machine, in seconds:
...
...               | robot -d results tests
...
...               The firmware itself, on the emulated board (needs Zephyr and Renode, see `fwgen doctor`):
...
...               | robot -d results --variable BACKEND:renode tests
...
...               It is built when it is first wanted; `--variable ELF:FILE` takes one that is there.
Library           fwgen.robot    ${BACKEND}    elf=${ELF}    spec=${SPEC}    builds=${BUILDS}
Test Teardown     Stop Board

*** Variables ***
${BACKEND}        host
${ELF}            ${EMPTY}
${SPEC}           ${CURDIR}/../@SPEC@
${BUILDS}         ${CURDIR}/../build/robot

*** Test Cases ***
Sleeps And Loses Nothing
    [Documentation]    The same scenario that `fwgen run` runs.
    Run Scenario       ${CURDIR}/../scenarios/first-sleep.yaml
    The Run Should Pass

Sees What Moves While Linux Sleeps
    [Documentation]    The obstacle comes near while Linux is asleep; afterwards Linux has all of it.
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
