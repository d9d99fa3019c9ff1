"""``play.py``: a page in which trained networks run."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from charlab.commands import load_for
from charlab.config.cli_options import PlayArguments
from charlab.errors import ConfigError
from charlab.play.page import play_page
from charlab.play.playable import playable
from charlab.runs.folder import CHECKPOINTS
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
    if len(runs) > 2:
        raise ConfigError(f"play.py: a page has one run or two beside each other, got {len(runs)}")
    networks, places = [], []
    for arguments in runs:
        model = load_for(arguments)
        remark(f"run: {model.path}")
        places.append(_folder(model.path))
        networks.append(playable(model, str(places[-1] or model.path), arguments.weights))
    page = play_page(networks, written=datetime.now()).encode()
    place = places[0] if len(runs) == 1 else None
    output = runs[0].output
    if output is None:
        output = str((place or Path()) / _PAGE)
    with open_output(output) as file:
        file.write(page)
    size = f"{len(page) / 1e6:.1f} MB"
    smaller = "; weights=int8 makes it smaller" if runs[0].weights != "int8" else ""
    show(told("page", styled(output, "path"), f" ({size}{smaller * (len(page) > _LARGE)})"))
    return 0


def _folder(checkpoint: Path) -> Path | None:
    """The folder of a checkpoint's run; None of one that lies elsewhere."""
    return checkpoint.parent.parent if checkpoint.parent.name == CHECKPOINTS else None
