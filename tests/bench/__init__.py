"""Measurements; `make bench` runs them (see __main__)."""


class Unmeasured(Exception):
    """What is needed to measure is not on this machine; the text says what."""
