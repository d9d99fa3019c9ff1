"""Whether the packages of a run's loggers are there, before anything heavy is imported."""

import importlib.util

from charlab.config.schema import LoggerOptions
from charlab.errors import ConfigError

_EXTRAS = ("wandb", "mlflow")  # loggers that are called as the module that they import


def require_loggers(options: LoggerOptions) -> None:
    """Refuses loggers whose packages are not installed.

    Raises:
        ConfigError: a line for each, with the command that installs it.
    """
    faults = [
        f"logger={name} needs a package that is not installed: pip install 'charlab[{name}]' (in a "
        f"clone: pip install '.[{name}]')"
        for name in options.names
        if name in _EXTRAS and not _is_there(name)
    ]
    if faults:
        raise ConfigError(*faults)


def _is_there(module: str) -> bool:
    """Whether it can be imported; a folder of its name, in which runs were logged, is no module."""
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.origin is not None
