"""Messages between firmware and peer: their fields, their bytes, and a reader for the stream."""
