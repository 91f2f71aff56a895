"""Runs in the real Linux, as its first process; the rest of fwgen runs outside."""
