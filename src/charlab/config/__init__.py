"""Configuration: a typed schema, its checks, and the words of a command line."""

from charlab.config.check import build, to_plain
from charlab.config.schema import RunOptions

__all__ = ["RunOptions", "build", "to_plain"]
