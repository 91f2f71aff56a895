*** Settings ***
Documentation     The firmware starts, Linux finds it, and it announces its channel.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Boots And Announces Its Channel
    [Documentation]    Linux loads the ELF by remoteproc's rules, creates rings, and gets its channel before the first
    ...                sample is taken.
    [Tags]             renode
    Start Board
    Kernel Should Have Logged    remote processor m33 is now up
    Kernel Should Have Logged    creating channel rpmsg-tty
    ${name}=                     Evaluate    fwgen.spec.load.load_spec($SPEC).name if $SPEC else "range-node"
    ...                          modules=fwgen.spec.load
    Console Should Say           ${name}: start 1, log 0 of \\d+ blocks, 0 samples kept
    Console Should Say           awake
    Run For                      1 s
    ${count}=                    Samples Received
    Should Be True               ${count} >= 12
    Console Should Not Say       not ready|fault|assert
    Nothing Should Be Lost

Delivers Samples Taken Before Linux Said Hello
    [Documentation]    Samples taken before the hello of Linux's application arrive as well.
    Start Board
    Run For                      5 s
    Nothing Should Be Lost

Keeps Its Samples Until Linux's Driver Is Bound
    [Documentation]    Linux's driver is unbound before it has read anything, and bound again a minute later.
    Start Board
    Unbind Linux
    Run For                      60 s
    Bind Linux
    Run For                      5 s
    Nothing Should Be Lost
