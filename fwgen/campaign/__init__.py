"""Campaigns: many seeded histories of sleeps and faults, each run and judged as a scenario."""
