"""From a spec to an audited ELF: Zephyr's build driven, the log sized, the result examined."""
