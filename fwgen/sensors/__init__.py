"""One folder for each sensor; fwgen.facets finds them, docs/sensors.md says how to add one."""
