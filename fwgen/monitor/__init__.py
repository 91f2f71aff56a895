"""A board that a person drives by hand: the parts of `fwgen monitor`."""
