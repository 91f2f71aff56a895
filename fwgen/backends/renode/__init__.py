"""The real ELF on an emulated STM32MP257: Renode, driven through pyrenode3."""
