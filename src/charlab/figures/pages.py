"""Pages that are one file: templates that escape every text, and the style that they share."""

import base64
import hashlib

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from charlab.figures.colors import PALETTE
from charlab.system.terminal import visible


def page_environment(package: str) -> Environment:
    """The templates of a package, with ``base.css`` and the colors of charts beside them.

    Args:
        package: whose ``templates/`` ("charlab.reports").
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("charlab.figures")]),
        autoescape=True,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals["palette"] = PALETTE
    return environment


def source_of(environment: Environment, name: str) -> str:
    """A template's text as it stands in its file."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def digest(text: str) -> str:
    """What a content security policy calls a script or a style that it allows: ``sha256-…``."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def as_unicode(page: str) -> str:
    """A page without lone surrogates: a file name that is no Unicode would make it none either."""
    return page.encode("utf-8", "replace").decode("utf-8")


def _shown(value: object) -> object:
    """A text to the letter, controls and all; markup as it is; nothing for None."""
    if isinstance(value, Markup):
        return value
    return "" if value is None else visible(value, keep="\n\t")
