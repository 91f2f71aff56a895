"""The generated core, compiled for this machine and run in virtual time."""
