*** Settings ***
Documentation     The M33 is reset at a store to its log, again during the recovery, or with damaged memory: from each of these
...               memories the unchanged ELF recovers what was in the log. docs/DESIGN.md says what is compared.
...               `python -m tests.stores` runs all of them, with other seeds as well.
Library           ${CURDIR}/../tests/stores/keywords.py    mutant=${MUTANT}    builds=${BUILDS}

*** Variables ***
${MUTANT}         ${EMPTY}
${BUILDS}         ${CURDIR}/../build/robot
${STATES}         500

*** Test Cases ***
Recovers From A Reset At Every Store
    [Documentation]    ${STATES} memories; the nightly job starts with 8,000.
    [Tags]    renode    slow
    Every State Should Recover    ${STATES}    ${OUTPUT DIR}/stores.json
