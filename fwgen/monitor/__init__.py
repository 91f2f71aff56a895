"""A board that a person runs by hand: what `fwgen monitor` is made of."""
