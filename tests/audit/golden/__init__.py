"""Two small ELFs of the tests' own firmware and what `fwgen audit --json` says of them.

`python -m tests.audit.golden` builds the ELFs anew and writes what is said of them.
"""
