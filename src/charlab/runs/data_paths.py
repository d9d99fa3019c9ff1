"""Where a run's own data lie, for whoever reads them again from another folder or machine."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from charlab.config.overrides import take_out
from charlab.config.schema import RunOptions
from charlab.data.documents.files.files import locate
from charlab.data.documents.files.standard_input import DASH
from charlab.errors import DataError
from charlab.system.files import user_path

PATHS = ("path", "val_path", "test_path")
AGAIN = (*PATHS, "url")  # settings of the dataset that may be given again; the data stay the same


def absolute_paths(options: RunOptions) -> dict[str, str]:
    """The paths of a run's data by their settings' names, as they are from everywhere."""
    found = {}
    for name in PATHS:
        typed = getattr(options.dataset, name)
        if typed == DASH:
            found[name] = typed
        elif typed is not None:
            literal = Path(typed)
            found[name] = str((literal if literal.exists() else user_path(typed)).absolute())
    return found


def located(options: RunOptions, stored: Mapping[str, str]) -> RunOptions:
    """Options whose paths lead to the data from here.

    Args:
        options: a run's, with its paths as they were typed.
        stored: what :func:`absolute_paths` gave for it, of the paths that are not given anew.

    Raises:
        DataError: if the data are neither where they were nor where the typed path leads from
            here, or came from standard input, which nobody can read again.
    """
    found: dict[str, Any] = {}
    for name, place in stored.items():
        if place == DASH:
            raise DataError(
                "this run was trained on standard input, which cannot be read again: give the same "
                f"text with dataset.{name}=FILE"
            )
        candidates = (place, getattr(options.dataset, name))
        found[name] = next((path for path in candidates if path and _is_there(path)), None)
        if found[name] is None:
            raise DataError(
                f"the data of this run are not at {place!r} any more: say where they are now with "
                f"dataset.{name}=…"
            )
    dataset = dataclasses.replace(options.dataset, **found)
    return dataclasses.replace(options, dataset=dataset)


def take_paths(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Separates ``dataset.path=…`` and its like, taken literally, from the other words."""
    given, rest = {}, list(words)
    for name in AGAIN:
        value, rest = take_out(rest, f"dataset.{name}")
        if value is not None:
            given[name] = value
    return given, rest


def _is_there(path: str) -> bool:
    try:
        locate(path)
    except DataError:
        return False
    return True
