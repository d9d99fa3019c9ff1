"""``predict.py``: the labels of texts."""

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from charlab.api import Ranking, load_model
from charlab.config.door_options import PredictWords
from charlab.errors import ConfigError, DataError
from charlab.files import user_path
from charlab.terminal import note

_AT_ONCE = 4096  # texts; answers appear as they come, and memory stays flat


def predict(words: PredictWords) -> int:
    """Ranks labels for one text, a file's lines or standard input's.

    Raises:
        CharlabError: if the run or a text is unfit, or a file cannot be read or written.
    """
    if words.text is not None and words.input is not None:
        raise ConfigError("text= and input= exclude each other: leave one out")
    if words.top < 1:
        raise ConfigError(f"top= must be at least 1, got {words.top}")
    model = load_model(
        words.run,
        task="classify",
        accelerator=words.accelerator,
        output_dir=words.output_dir,
        command="predict.py",
    )
    top = min(words.top, len(model.labels))
    if words.text is not None:
        lines: Sequence[str] = [words.text]
    else:
        lines = read_lines(words.input, words.encoding)
    with _open_output(words.output) as output:
        writer = _CsvAnswers(output, top) if words.output else _ScreenAnswers(output, top)
        for first in range(0, len(lines), _AT_ONCE):
            part = list(lines[first : first + _AT_ONCE])
            full = [text for text in part if model.normalize(text)]
            if words.text is not None and not full:
                raise DataError("text= is empty: there is nothing to classify")
            rankings = iter(model.classify(full))
            if not first:
                note(f"run: {model.path}")
            for text in part:  # an empty line gets an empty answer: rows stay side by side
                writer.write(text, next(rankings)[:top] if model.normalize(text) else [])
    return 0


def read_lines(path: str | None, encoding: str) -> list[str]:
    """The lines of a file or of standard input, without their ends.

    Raises:
        DataError: if the file cannot be read, or is no text in that encoding.
    """
    from charlab.data.sources.reading.decode import decode_text
    from charlab.data.sources.reading.entries import Entry
    from charlab.data.sources.reading.text_files import read_text

    if path is not None:
        file = user_path(path)
        if file.is_dir():
            raise DataError(f"input={path} is a folder: give a file with one text a line")
        text = read_text(Entry(file, (file.name,)), encoding, key="encoding")
    else:
        if sys.stdin.isatty():
            print("one text a line; Ctrl-D ends:", file=sys.stderr)
        text = decode_text(sys.stdin.buffer.read(), encoding, "standard input", key="encoding")
    if not text.strip():
        raise DataError(f"{path or 'standard input'} is empty: there is nothing to classify")
    return text.removesuffix("\n").split("\n")


class _ScreenAnswers:
    """A line for each text: the labels and their probabilities."""

    def __init__(self, output: TextIO, top: int) -> None:
        self._output = output

    def write(self, text: str, ranking: Ranking) -> None:
        answers = "  ".join(f"{label} {probability:.3f}" for label, probability in ranking)
        self._output.write(f"{text}\t{answers}\n")
        self._output.flush()


class _CsvAnswers:
    """A row for each text."""

    def __init__(self, output: TextIO, top: int) -> None:
        self._top = top
        self._writer = csv.writer(output, lineterminator="\n")
        numbers = ["", *(f"_{n}" for n in range(2, top + 1))]
        columns = [f"{name}{n}" for n in numbers for name in ("label", "probability")]
        self._writer.writerow(["text", *columns])

    def write(self, text: str, ranking: Ranking) -> None:
        cells: list[str] = []
        for label, probability in ranking:
            cells += [label, f"{probability:.6f}"]
        cells += [""] * (2 * self._top - len(cells))
        self._writer.writerow([text, *cells])


@contextmanager
def _open_output(path: str | None) -> Iterator[TextIO]:
    """A new file that appears when it is whole, or standard output."""
    if path is None:
        yield sys.stdout
        return
    target = user_path(path)
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            yield file
        temporary.replace(target)
    except OSError as error:
        raise DataError(f"cannot write output={path}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
