"""Putting Linux to sleep: who does it, what wakes it, and why it woke."""
