"""What runs a scenario: `host` (the generated core on this machine) and `renode` (the real ELF)."""
