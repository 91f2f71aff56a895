"""The commands of fwgen-peer, one module each."""
