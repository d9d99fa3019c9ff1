"""charlab's sweeper, where Hydra looks for it."""
