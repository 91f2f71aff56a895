"""Where samples go. Each sink is a module; fwgen.service.settings chooses among them."""
