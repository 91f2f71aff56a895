*** Settings ***
Documentation     Awake, samples are taken on their schedule and stream to Linux within the latency that the spec grants.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Streams Within The Latency
    [Documentation]    200 ms by the spec, and what the way to the application takes.
    Start Board           0 s: 400 mm, 30 s: 2500 mm    noise=2 mm
    Run For               30 s
    Nothing Should Be Lost
    Samples Should Arrive Within    210 ms

Keeps To Its Schedule
    [Documentation]    To microseconds, over minutes of streaming and display.
    [Tags]                renode
    Start Board           0 s: 400 mm, 120 s: 2500 mm    noise=2 mm
    Run For               2 min
    Nothing Should Be Lost
    Report Should Meet    {jitter_max: {at-most: 10 us}}

Waits For A Linux That Is Too Busy To Read
    [Documentation]    All buffers are taken: nobody waits for one, and sampling goes on.
    Start Board           0 s: 400 mm, 30 s: 2500 mm
    Run For               5 s
    Stall Linux           5 s
    Run For               15 s
    Nothing Should Be Lost
