"""Where what can be made again is kept: downloads, tokens of large texts."""

import os
from pathlib import Path

from charlab.errors import DataError
from charlab.system.files import user_path

VARIABLE = "CHARLAB_CACHE"


def cache_folder(*parts: str) -> Path:
    """A folder below the user's cache folder, made if it is not there.

    ``CHARLAB_CACHE`` names the cache folder; without it, it is where the system keeps the caches
    of programs (on Linux ``$XDG_CACHE_HOME/charlab`` or ``~/.cache/charlab``).

    Raises:
        DataError: if it cannot be made.
    """
    chosen = os.environ.get(VARIABLE, "").strip()
    if chosen:
        root = user_path(chosen).absolute()
    else:
        from platformdirs import user_cache_path  # here: most runs need no cache

        root = user_cache_path("charlab", appauthor=False)
    folder = root.joinpath(*parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"cannot make the cache folder {str(folder)!r}: {error.strerror}; "
            f"name another in the environment variable {VARIABLE}"
        ) from error
    return folder
