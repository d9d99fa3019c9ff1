"""A gallery as files: each picture, and the page that shows them all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count, takewhile
from pathlib import Path

from matplotlib.figure import Figure

from charlab.errors import RunError, one_line
from charlab.figures import to_file
from charlab.figures.picture import Picture
from charlab.gallery.page import Drawn, Heading, embedded, gallery_page
from charlab.system.files import write_bytes, write_text

PAGE = "index.html"
LOOK = "look"  # the folder in a run's
OnPicture = Callable[[Picture, list[Path], str], None]


@dataclass(frozen=True)
class Gallery:
    """What was written.

    Attributes:
        page: the page.
        files: of each picture its files, by its name; none of one that is text alone.
        faults: why a picture could not be drawn, by its name.
    """

    page: Path
    files: dict[str, list[Path]]
    faults: dict[str, str]


def write_gallery(
    pictures: Iterable[Picture],
    folder: Path,
    heading: Heading,
    *,
    file_format: str = "png",
    on_picture: OnPicture = lambda picture, files, fault: None,
) -> Gallery:
    """Draws pictures one by one and writes them; one that cannot be drawn costs only itself.

    Args:
        pictures: what to draw.
        folder: where; made if it is not there.
        heading: what stands above the page.
        file_format: "png" or "svg".
        on_picture: told of each picture its files, and what kept it from being drawn.

    Raises:
        RunError: if the folder cannot be written.
    """
    drawn: list[Drawn] = []
    files: dict[str, list[Path]] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_again = (folder / PAGE).exists()  # another folder's files are not a gallery's
        for picture in pictures:
            one, figures = _draw(picture, file_format)
            drawn.append(one)
            paths = (folder / name for name in _file_names(picture.name, file_format))
            files[picture.name] = [_write(data, next(paths)) for data in figures]
            for path in takewhile(Path.exists, paths) if is_again else ():
                path.unlink()  # it had more figures before
            on_picture(picture, files[picture.name], one.fault)
        write_text(folder / PAGE, gallery_page(drawn, heading, datetime.now()))
    except OSError as error:
        raise RunError(
            f"cannot write the pictures to {folder}: {error.strerror}; give another folder by "
            "output="
        ) from error
    faults = {one.picture.name: one.fault for one in drawn if one.fault}
    return Gallery(folder / PAGE, files, faults)


def _draw(picture: Picture, file_format: str) -> tuple[Drawn, list[bytes]]:
    """A picture for the page, and its figures' files; whatever goes wrong is said instead."""
    try:
        parts = list(picture.draw())
        if not parts:
            return Drawn(picture, fault="there is nothing to show"), []
        shown = [part for part in parts if not (picture.is_text and isinstance(part, Figure))]
        elements = [embedded(part, picture.title) for part in shown]
        figures = [to_file(part, file_format) for part in parts if isinstance(part, Figure)]
    except Exception as error:
        return Drawn(picture, fault=one_line(error)), []
    return Drawn(picture, elements), figures


def _file_names(name: str, file_format: str) -> Iterator[str]:
    """Of any number of figures of a picture."""
    yield f"{name}.{file_format}"
    yield from (f"{name}-{place}.{file_format}" for place in count(2))


def _write(data: bytes, path: Path) -> Path:
    write_bytes(path, data)
    return path
