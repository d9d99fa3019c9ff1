"""Configuration: a typed schema, its checks, and the arguments of a command line."""

from charlab.config.schema import RunOptions
from charlab.config.validation import build, to_plain

__all__ = ["RunOptions", "build", "to_plain"]
