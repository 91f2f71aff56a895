*** Settings ***
Documentation     Long sleeps. More than 2^32 microseconds, more than 2^32 cycles of the core's clock many times over.
Resource          fwgen.resource
Test Teardown     Stop Board

*** Test Cases ***
Buffers An Hour
    [Documentation]    An hour and a quarter: microseconds no longer fit into 32 bits.
    [Tags]    slow
    Start Board           0 s: 2400 mm, 600 s: 2400 mm, 603 s: 800 mm, 610 s: 700 mm, 613 s: 2400 mm    noise=2 mm
    Run For               10 s
    Sleep For             75 min
    Run For               20 s
    Nothing Should Be Lost
    Report Should Meet    {sleeps: 1, slept: {at-least: 74 min}, backlog: {at-least: 74000}}
    Report Should Meet    {bytes_per_sample: {at-most: 1.0}}
