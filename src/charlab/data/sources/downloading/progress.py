"""How far a download is, on a terminal."""

from typing import Self

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from charlab.terminal import console


class DownloadBar:
    """A progress bar as pooch wants one; it is gone when the download ends.

    Where the screen is no terminal nothing is shown.

    Attributes:
        total: bytes in all; 0 where the server does not say.
    """

    def __init__(self, name: str) -> None:
        self.total = 0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(name, total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, size: int) -> None:
        """So many more bytes are there."""
        self._progress.update(self._task, advance=size, total=self.total or None)

    def reset(self) -> None:
        """None are there."""
        self._progress.reset(self._task)

    def close(self) -> None:
        """Nothing more will come."""
