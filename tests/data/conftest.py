"""Settings of the data tests."""

from hypothesis import settings

# A busy machine is no failure: no example has a deadline.
settings.register_profile("charlab", deadline=None)
settings.load_profile("charlab")
