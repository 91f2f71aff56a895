"""User-Mode Linux, the kernel of `--linux kernel`: our changes, our options, and where it is."""
