"""How the program was started: from a clone (``python train.py``) or installed (``charlab train``).

A clone's scripts read the ``conf/`` beside them; an installed charlab has one in the package.
"""

import shlex
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_PRIMARY = "train.yaml"


def conf_folder() -> Path:
    """charlab's own configurations."""
    places = (_script_folder() / "conf", _PACKAGE / "conf", _PACKAGE.parents[1] / "conf")
    return next((place for place in places if (place / _PRIMARY).is_file()), places[1])


def command_line(command: str, *arguments: str) -> str:
    """What a user types to start a command (``train``), as this program itself was started."""
    script = Path(sys.argv[0])
    beside = script.with_name(f"{command}.py")
    started_by_name = script.stem == "charlab" or script == _PACKAGE / "__main__.py"
    if script.suffix == ".py" and beside.is_file():
        is_here = beside.resolve().parent == Path.cwd()
        words = ["python", beside.name if is_here else str(beside)]
    elif (_PACKAGE.parents[1] / beside.name).is_file() and not started_by_name:
        words = ["python", beside.name]
    else:
        words = ["charlab", command]
    return shlex.join([*words, *arguments])


def _script_folder() -> Path:
    return Path(sys.argv[0]).resolve().parent
