*** Settings ***
Documentation     A sleep that is longer than the log has room for: the firmware follows the policy and declares each drop.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Wakes Linux Before Anything Is Lost
    [Tags]    slow
    Scenario Should Pass    log-full-wake

Wakes Linux Each Time That The Log Is Full
    [Tags]    slow
    Scenario Should Pass    log-full-twice

Keeps The Newest Samples And Declares The Rest Lost
    [Tags]    slow
    Scenario Should Pass    log-full-keep-newest

Keeps The Oldest Samples And Declares The Rest Lost
    [Tags]    slow
    Scenario Should Pass    log-full-keep-oldest

Wakes Linux Less Often While Nothing Frees Samples
    [Tags]    slow
    Scenario Should Pass    woken-in-vain

Wakes Linux For A Level, An Age And Conditions
    [Tags]    slow
    Scenario Should Pass As Recorded    wakes
