"""Two small ELFs of the tests' firmware, and the output of `fwgen audit --json` for each.

`python -m tests.audit.golden` builds the ELFs again and writes that output;
`python -m tests.audit.golden --keep` leaves the ELFs unchanged.
"""
