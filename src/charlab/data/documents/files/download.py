"""Files from the internet: fetched once, pinned by sha256, kept in the user's cache folder."""

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from charlab.errors import DataError
from charlab.system.cache_folder import cache_folder
from charlab.system.terminal import console

log = logging.getLogger(__name__)

ATTEMPTS = 3  # at a connection that breaks
FORGOTTEN = 24 * 3600  # seconds after which a temporary file's process is surely gone
TRY_LATER = (429, 500, 502, 503, 504)  # answers of a server that is busy


@dataclass(frozen=True)
class Download:
    """A file with an address.

    Attributes:
        url: where it is; its last part is the file's name.
        sha256: of its bytes, hexadecimal.
    """

    url: str
    sha256: str

    @property
    def name(self) -> str:
        """The file's name."""
        return self.url.rpartition("/")[2]


def fetch(dataset: str, download: Download, mirror: str | None) -> Path:
    """A dataset of one file.

    Args:
        dataset: its name, which names the folder in the cache.
        download: the file.
        mirror: another address of the same bytes, or of a folder (ending in a slash) with the file.

    Returns:
        Where it is on disk, verified.

    Raises:
        DataError: if it cannot be had: one line that says what was wanted, from where, and how to
            give it by hand.
    """
    url = download.url if mirror is None else mirror
    if url.endswith("/"):
        url += download.name
    file = cache_folder("downloads", dataset) / download.name
    if not _holds(file, download.sha256):
        log.info("downloading %s: %s", dataset, url)
        by_hand = f"get {url} by other means and give the file: dataset.path=FILE"
        _download(dataset, url, download.sha256, file, by_hand)
    return file


def fetch_all(dataset: str, downloads: Sequence[Download], mirror: str | None) -> Path:
    """A dataset of several files.

    Args:
        dataset: as of :func:`fetch`.
        downloads: the files, all from one folder.
        mirror: another address of that folder.

    Returns:
        The folder on disk that holds them all, verified.

    Raises:
        DataError: as :func:`fetch` does.
    """
    source = downloads[0].url.rpartition("/")[0] if mirror is None else mirror.rstrip("/")
    folder = cache_folder("downloads", dataset)
    missing = [each for each in downloads if not _holds(folder / each.name, each.sha256)]
    if missing:
        log.info("downloading %s: %d files from %s/", dataset, len(missing), source)
    by_hand = (
        f"get the {len(downloads)} files {downloads[0].name} … {downloads[-1].name} in {source}/ "
        "by other means and give their folder: dataset.path=FOLDER"
    )
    for each in missing:
        _download(dataset, f"{source}/{each.name}", each.sha256, folder / each.name, by_hand)
    return folder


def _download(dataset: str, url: str, sha256: str, file: Path, by_hand: str) -> None:
    """Puts the right bytes where ``file`` is to be, or says why it cannot."""
    if not url.lower().startswith(("http://", "https://")):
        raise DataError(f"dataset.url={url}: an address begins with http:// or https://")
    _forget_leftovers(file.parent)
    for attempt in range(1, ATTEMPTS + 1):
        problem, passing = _try(url, sha256, file)
        if problem is None:
            return
        if not passing or attempt == ATTEMPTS:
            raise DataError(f"dataset={dataset} cannot be downloaded: {problem}; {by_hand}")
        log.info("%s; trying again", problem)
        time.sleep(attempt)


def _try(url: str, sha256: str, file: Path) -> tuple[str | None, bool]:
    """One attempt; what was wrong with it (None: nothing), and whether that may pass.

    The bytes go into a temporary file beside the target, which becomes it by a rename when they
    are the right ones: nothing half-written is ever found, and two processes do not meet.
    """
    import pooch  # here: with what it needs it takes a while to import
    import requests

    pooch.get_logger().setLevel(logging.WARNING)
    with _progress() as progress:
        # Bytes as they are: their number is then known, and a broken connection is noticed.
        headers = {"Accept-Encoding": "identity"}
        bar = _DownloadBar(progress, file.name)
        downloader = pooch.HTTPDownloader(progressbar=bar, headers=headers)
        try:
            pooch.retrieve(url, f"sha256:{sha256}", file.name, file.parent, downloader=downloader)
        except requests.HTTPError as error:
            return f"{url} answers: {error.args[0]}", getattr(
                error.response, "status_code", 0
            ) in TRY_LATER
        except requests.RequestException as error:
            return _no_answer(url, error)
        except ValueError:
            return f"{url} sends other bytes than expected (sha256 {sha256}); none is kept", False
        except OSError as error:
            raise DataError(f"cannot write {str(file)!r}: {error.strerror}") from error
    return None, False


def _no_answer(url: str, error: Any) -> tuple[str, bool]:
    import requests
    from urllib3.exceptions import ProtocolError

    cause = error.args[0] if error.args else None
    broken = isinstance(error, requests.exceptions.ChunkedEncodingError | requests.ReadTimeout)
    if broken or isinstance(cause, ProtocolError):
        return f"the connection to {url} broke off", True
    if isinstance(error, ValueError):  # the words are no address
        return f"{url} is no address: {error}", False
    return f"{url} cannot be reached (no network?)", False


def _holds(file: Path, sha256: str) -> bool:
    """Whether a file is there and whole."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False
    except OSError as error:
        raise DataError(f"cannot read {str(file)!r}: {error.strerror}") from error


def _forget_leftovers(folder: Path) -> None:
    """Removes what processes that were killed left behind."""
    for leftover in folder.glob("tmp*"):
        try:
            if time.time() - leftover.stat().st_mtime > FORGOTTEN:
                leftover.unlink()
        except OSError:  # another process was faster
            continue


class _DownloadBar:
    """A progress bar as pooch wants one, whose ``total`` is 0 where the server does not say."""

    def __init__(self, progress: Progress, name: str) -> None:
        self.total = 0
        self._progress = progress
        self._task = progress.add_task(name, total=None)

    def update(self, size: int) -> None:
        """So many more bytes are there."""
        self._progress.update(self._task, advance=size, total=self.total or None)

    def reset(self) -> None:
        """None are there."""
        self._progress.reset(self._task)

    def close(self) -> None:
        """Nothing more will come."""


def _progress() -> Progress:
    """Where bars are shown until they end, if the screen is a terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
