"""HTML pages that are one file: templates whose texts are escaped, scripts named by their digest."""

import base64
import hashlib

from jinja2 import BaseLoader, Environment, StrictUndefined
from markupsafe import Markup

from charlab.system.style import visible


def templates(loader: BaseLoader) -> Environment:
    """Templates that escape all text, and name nothing that is not given."""
    return Environment(
        loader=loader,
        autoescape=True,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def digest(script: str) -> str:
    """What a content security policy calls a script that may run: ``sha256-…``."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def as_unicode(page: str) -> str:
    """A page without lone surrogates: a file name that is no Unicode would make it none either."""
    return page.encode("utf-8", "replace").decode("utf-8")


def _shown(value: object) -> object:
    """A text to the letter, controls and all; markup as it is; nothing for None."""
    if isinstance(value, Markup):
        return value
    return "" if value is None else visible(value, keep="\n\t")
