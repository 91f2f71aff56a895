"""Scenarios: what the sensor sees, what happens when, and what the run must show."""
