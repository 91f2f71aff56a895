"""The timeline language: what the sensor sees, what happens when, what must come out of it."""
