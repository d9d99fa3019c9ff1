"""charlab: a laboratory for character-level recurrent networks."""
