"""Where text comes from: one module per dataset, found by its name.

A source is a function from a path (None: what is embedded) and an encoding to documents. A new
dataset is a new module of this package with one such function under ``@sources.register(NAME)``.
"""

from collections.abc import Callable

from charlab.data.document import Document
from charlab.registry import Registry

Source = Callable[[str | None, str], list[Document]]

sources: Registry[Source] = Registry("dataset", __name__)


def read_source(name: str, *, path: str | None, encoding: str) -> list[Document]:
    """Reads the documents of a dataset.

    Args:
        name: a registered source, such as "names" or "text".
        path: the user's own file, folder or pattern; None for the embedded data.
        encoding: of the files at ``path``, a name that Python's codecs know.

    Returns:
        At least one document, none of them empty, in an order that depends on the data alone.

    Raises:
        ConfigError: if there is no such source.
        DataError: if the data is missing, empty or unreadable.
    """
    return sources[name](path, encoding)
