*** Settings ***
Documentation     While Linux is awake, samples are on schedule and reach Linux within the spec's latency.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Streams Within The Latency
    [Documentation]    The spec's 200 ms, plus the time to the application.
    Start Board           0 s: 400 mm, 30 s: 2500 mm    noise=2 mm
    Run For               30 s
    Nothing Should Be Lost
    Samples Should Arrive Within    210 ms

Keeps Its Schedule
    [Documentation]    Within microseconds, over minutes with streaming and display.
    [Tags]                renode
    Start Board           0 s: 400 mm, 120 s: 2500 mm    noise=2 mm
    Run For               2 min
    Nothing Should Be Lost
    Report Should Meet    {jitter_max: {at-most: 10 us}}

Keeps Sampling While Linux Is Too Busy To Read
    [Documentation]    No buffer is free: the firmware does not wait for one, and keeps sampling.
    Start Board           0 s: 400 mm, 30 s: 2500 mm
    Run For               5 s
    Stall Linux           5 s
    Run For               15 s
    Nothing Should Be Lost
