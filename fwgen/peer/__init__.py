"""The Linux side of the protocol: a session without input and output, and its transports."""
