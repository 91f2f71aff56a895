"""Runs the generated core, compiled for this machine, in virtual time."""
