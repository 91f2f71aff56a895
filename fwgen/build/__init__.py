"""From a spec to an audited ELF: runs Zephyr's build, sizes the log, audits the result."""
