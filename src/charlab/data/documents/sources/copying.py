"""Delayed recall of random letters: how far back a network remembers.

The tag of a character is the one ``distance`` places before it. Such tasks have
measured recurrent memory since Hochreiter and Schmidhuber (1997, "Long short-term memory",
experiment 4) and Arjovsky et al. (2016, arXiv:1511.06464, "Unitary evolution recurrent neural
networks", section 5.1). Letters are independent: what is not remembered can only be guessed, which
is right once in eight times (a loss of ln 8 = 2.08 nats).
"""

import random
from collections.abc import Iterator

from charlab.data.documents.document import Document
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources
from charlab.errors import ConfigError, DataError

ALPHABET = "abcdefgh"
DOCUMENTS = 20_000
TARGETS = 32  # characters of each document that have a tag


@sources.register("copying")
def read(request: Request) -> Iterator[Document]:
    """Texts of ``request.distance`` + 32 letters, drawn evenly, the same always.

    The first ``distance`` characters have no tag, so that as many are predicted at every
    distance, and accuracies can be compared.

    Raises:
        ConfigError: without a distance.
        DataError: with a path.
    """
    if request.path is not None:
        raise DataError(
            f"dataset=copying makes its texts itself: leave {request.path!r} out (dataset.path)"
        )
    if request.distance is None:
        raise ConfigError("dataset.distance: dataset=copying needs it; dataset.distance=10, say")
    return _documents(request.distance)


def _documents(distance: int) -> Iterator[Document]:
    draw = random.Random(0)
    for _ in range(DOCUMENTS):
        text = "".join(draw.choices(ALPHABET, k=distance + TARGETS))
        yield Document(text, tags=[None] * distance + list(text[:TARGETS]))
