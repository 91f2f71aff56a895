*** Settings ***
Documentation     The firmware comes up, is found by Linux and says who it is.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Boots And Announces Its Channel
    [Documentation]    Linux loads the ELF by remoteproc's rules, makes rings, and gets its channel before the first
    ...                sample is taken.
    [Tags]             renode
    Start Board
    Kernel Should Have Logged    remote processor m33 is now up
    Kernel Should Have Logged    creating channel rpmsg-tty
    Console Should Say           range-node: start 1, log 0 of \\d+ blocks, 0 samples kept
    Console Should Say           awake
    Run For                      1 s
    ${count}=                    Samples Received
    Should Be True               ${count} >= 12
    Console Should Not Say       not ready|fault|assert
    Nothing Should Be Lost

Numbers Its Samples From The Very First
    [Documentation]    What was taken before Linux's application said hello arrives as well.
    Start Board
    Run For                      5 s
    Nothing Should Be Lost

Keeps What It Takes Until Linux Is There
    [Documentation]    Linux's driver goes before it has read anything and comes back a minute later.
    Start Board
    Unbind Linux
    Run For                      60 s
    Bind Linux
    Run For                      5 s
    Nothing Should Be Lost
