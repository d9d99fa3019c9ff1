"""How the program was started: from a clone (``python train.py``) or installed (``charlab train``).

A clone's scripts read the ``conf/`` beside them; an installed charlab has one in the package.
"""

import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_PRIMARY = "train.yaml"


def conf_folder() -> Path:
    """charlab's own configurations."""
    places = (_script_folder() / "conf", _PACKAGE / "conf", _PACKAGE.parents[1] / "conf")
    return next((place for place in places if (place / _PRIMARY).is_file()), places[1])


def invocation(command: str) -> list[str]:
    """What a user types to start a command (``train``), as this program itself was started."""
    if (_script_folder() / f"{command}.py").is_file():
        return ["python", f"{command}.py"]
    return ["charlab", command]


def command_name(command: str) -> str:
    """A command as messages call it: ``train.py`` in a clone, ``charlab train`` installed."""
    words = invocation(command)
    return words[1] if words[0] == "python" else " ".join(words)


def _script_folder() -> Path:
    return Path(sys.argv[0]).resolve().parent
