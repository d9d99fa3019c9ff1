"""``play.py``: a page in which trained networks run."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from charlab.commands import load_for
from charlab.config.cli_options import PlayArguments
from charlab.errors import ConfigError
from charlab.play.page import play_page
from charlab.play.playable import playable
from charlab.runs.folder import run_of
from charlab.system.files import open_output
from charlab.system.style import styled
from charlab.system.terminal import remark, show, told

_PAGE = "play.html"
_LARGE = 10e6  # bytes of a page that is slow to send


def play(runs: Sequence[PlayArguments]) -> int:
    """Writes the page of one run, or of two beside each other.

    Args:
        runs: the command's words, for each run.

    Raises:
        CharlabError: if there is no such run, the page cannot run its network, or cannot be
            written.
    """
    models = [load_for(arguments) for arguments in runs]
    for model in models:
        remark(f"run: {model.path}")
    if len({model.task for model in models}) > 1:
        named = " and ".join(f"{model.path} was trained with task={model.task}" for model in models)
        raise ConfigError(f"{named}: two networks on one page do the same with the same text")
    places = [run_of(model.path) for model in models]
    output = runs[0].output
    if output is None:
        place = places[0] if len(runs) == 1 else None
        output = str((place or Path()) / _PAGE)
    with open_output(output) as file:  # first: it says at once if that cannot be written
        networks = [
            playable(model, str(place or model.path), runs[0].weights)
            for model, place in zip(models, places, strict=True)
        ]
        page = play_page(networks, written=datetime.now()).encode()
        file.write(page)
    size = f"{len(page) / 1e6:.1f} MB"
    smaller = "; weights=int8 makes it smaller" if runs[0].weights != "int8" else ""
    show(told("page", styled(output, "path"), f" ({size}{smaller * (len(page) > _LARGE)})"))
    return 0
