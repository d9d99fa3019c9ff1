"""The engine: a trained network in plain JavaScript, for a page or for Node.

Its files stand beside this one. Together they are one script that defines ``charlab``.
"""

from importlib.resources import files

_FILES = ("arrays", "tokens", "recurrence", "decoding", "writer", "texts", "network")
_PUBLIC = "{ Network, distribution, draw, random }"


def engine_source() -> str:
    """The script: ``new charlab.Network(description)``, see :mod:`charlab.play.description`."""
    parts = [files(__name__).joinpath(f"{name}.js").read_text("utf-8") for name in _FILES]
    return (
        'const charlab = (() => {\n"use strict";\n'
        + "\n".join(parts)
        + f"\nreturn {_PUBLIC};\n}})();\n"
        + 'if (typeof module !== "undefined") module.exports = charlab;\n'
    )
