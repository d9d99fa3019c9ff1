"""The words of a command, read before torch is imported: help, settings, runs that are there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from charlab.runs.folder import find

if TYPE_CHECKING:
    from charlab.config.cli_args import CommandArguments

T = TypeVar("T", bound="CommandArguments")


def read(schema: type[T], arguments: Sequence[str]) -> T | None:
    """A command's options; None if the user wanted help, which is printed.

    Raises:
        ConfigError: a line for each word that cannot be read.
        RunError: if the run is not there.
    """
    from charlab.config.cli_args import parse_arguments

    if helped(schema, arguments):
        return None
    options = parse_arguments(schema, arguments)
    require_run(options)
    return options


def read_runs(schema: type[T], arguments: Sequence[str]) -> list[T]:
    """A command's options for each run that it is given (run=A run=B, or run=A,B), each once; []
    if the user wanted help, which is printed.

    Raises:
        ConfigError: a line for each word that cannot be read.
    """
    from charlab.config.variants import read_variants

    if helped(schema, arguments):
        return []
    runs = [word for word in arguments if word.startswith("run=")] or ["run=latest"]
    words = [word for word in arguments if word not in runs]
    given = [options for run in runs for _, options in read_variants(schema, [*words, run])]
    return list(dict.fromkeys(given))


def helped(schema: "type[CommandArguments]", arguments: Sequence[str]) -> bool:
    """Whether the user wanted help, which is printed."""
    from charlab.config.cli_args import describe, wants_help
    from charlab.config.help_layout import show_help

    wanted = wants_help(arguments)
    if wanted:
        show_help(describe(schema))
    return wanted


def require_run(*given: Any) -> None:
    """Finds out which run is not there.

    Raises:
        RunError: if one is not.
    """
    from charlab.config.task_options import tasks_asked_by

    for options in given:
        if hasattr(options, "run"):
            command = options.command
            find(options.run, options.output_dir, tasks_asked_by(command), command)
