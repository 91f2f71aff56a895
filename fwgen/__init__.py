"""Generate, build and prove Zephyr firmware that keeps sampling while Linux sleeps."""

__version__ = "0.1.0"
