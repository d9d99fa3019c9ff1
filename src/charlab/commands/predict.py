"""``predict.py``: the labels of texts."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from charlab.api import Ranking, TrainedModel, load_model
from charlab.config.cli_options import PredictArguments
from charlab.data.queries import Unseen
from charlab.errors import ConfigError, DataError
from charlab.system.files import csv_text, open_output, user_path, utf8_bytes
from charlab.system.terminal import as_shown, remark, visible, write

_AT_ONCE = 4096  # texts; answers appear as they come, and memory stays flat


def predict(arguments: PredictArguments) -> int:
    """Ranks labels for one text, a file's lines or standard input's.

    Raises:
        CharlabError: if the run or a text is unfit, or a file cannot be read or written.
    """
    if arguments.text is not None and arguments.input is not None:
        raise ConfigError("text= and input= exclude each other: leave one out")
    if arguments.top < 1:
        raise ConfigError(f"top= must be at least 1, got {arguments.top}")
    model = load_model(
        arguments.run,
        task="classify",
        accelerator=arguments.accelerator,
        output_dir=arguments.output_dir,
        command="predict.py",
    )
    top = min(arguments.top, len(model.labels))
    lines = (
        [arguments.text]
        if arguments.text is not None
        else read_lines(arguments.input, arguments.encoding)
    )
    total, with_unseen = Unseen(Counter(), 0), 0
    with _answers(arguments.output, top) as write_answer:
        for text, ranking in _ranked(model, lines):
            if not ranking and arguments.text is not None:
                raise DataError(
                    "text= is empty to this model: there is nothing to classify"
                    + (f"; not known from training: {ranking.unseen}" if ranking.unseen else "")
                )
            write_answer(text, ranking)
            total.add(ranking.unseen)
            with_unseen += bool(ranking.unseen)
    if total:
        where = f", in {with_unseen:,} of {len(lines):,} texts" if len(lines) > 1 else ""
        remark(f"{model.vocabulary.plural} not known from training: {total}{where}")
    return 0


def _ranked(model: TrainedModel, texts: Sequence[str]) -> Iterator[tuple[str, Ranking]]:
    """Texts and their rankings; a blank line has an empty one, so that rows stay side by side."""
    for first in range(0, len(texts), _AT_ONCE):
        part = texts[first : first + _AT_ONCE]
        full = [text for text in part if model.asking.whole(text)]
        rankings = iter(model.classify(full))
        for text in part:
            blank = not model.asking.whole(text)
            yield text, Ranking([], model.asking.unseen(text)) if blank else next(rankings)


def read_lines(path: str | None, encoding: str) -> list[str]:
    """The lines of a file or of standard input, without their ends.

    Raises:
        DataError: if the file cannot be read, or is no text in that encoding.
    """
    from charlab.data.documents.files.decode import decode_text
    from charlab.data.documents.files.entries import Entry
    from charlab.data.documents.files.text_files import read_text

    if path is not None:
        file = user_path(path)
        if file.is_dir():
            raise DataError(f"input={path} is a folder: give a file with one text a line")
        text = read_text(Entry(file, (file.name,)), encoding, key="encoding")
    else:
        if sys.stdin.isatty():
            remark("one text a line; Ctrl-D ends:")
        text = decode_text(sys.stdin.buffer.read(), encoding, "standard input", key="encoding")
    if not text.strip():
        raise DataError(f"{path or 'standard input'} is empty: there is nothing to classify")
    return text.removesuffix("\n").split("\n")


@contextmanager
def _answers(path: str | None, top: int) -> Iterator[Callable[[str, Ranking], object]]:
    """What writes a text and its ranking: on the screen or, with a path, into a CSV file."""
    if path is None:
        yield lambda text, ranking: write(_line(text, ranking, top))
        return
    with open_output(path) as file:
        ranks = ["", *(f"_{n}" for n in range(2, top + 1))]
        columns = [f"{name}{n}" for n in ranks for name in ("label", "probability")]

        def put(*row: object) -> None:
            file.write(utf8_bytes(csv_text([row], end="\n")))

        put("text", *columns, "unseen_share", "unseen")
        yield lambda text, ranking: put(text, *_cells(ranking, top))


def _line(text: str, ranking: Ranking, top: int) -> str:
    answers = "  ".join(f"{label} {value:.3f}" for label, value in ranking[:top])
    return f"{as_shown(text)}\t{as_shown(answers)}\n"


def _cells(ranking: Ranking, top: int) -> list[object]:
    """Labels and probabilities, the share of what training never saw, and what that was."""
    cells: list[object] = []
    for label, probability in ranking[:top]:
        cells += [label, f"{probability:.6f}"]
    cells += [""] * (2 * top - len(cells))
    unseen = ranking.unseen
    return [*cells, f"{unseen.share:.6f}", " ".join(map(visible, unseen.counts))]
