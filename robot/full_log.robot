*** Settings ***
Documentation     A sleep that is longer than the log: each policy does what it says, and declares what it dropped.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Wakes Linux Before Anything Is Lost
    [Tags]    slow
    Scenario Should Pass    log-full-wake

Keeps The Newest And Declares The Rest
    [Tags]    slow
    Scenario Should Pass    log-full-keep-newest

Keeps The Oldest And Declares The Rest
    [Tags]    slow
    Scenario Should Pass    log-full-keep-oldest
