"""Messages between firmware and peer: what they are, their bytes, how a stream of them is read."""
