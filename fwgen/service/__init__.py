"""fwgen-peer, the service on the board: keeps every sample once and puts Linux to sleep properly.

Only cbor2 and the standard library are needed; board/pyproject.toml makes its wheel.
"""
