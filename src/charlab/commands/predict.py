"""``predict.py``: what a network says of texts."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from charlab.commands import load_ensemble
from charlab.config.cli_options import PredictArguments
from charlab.data.queries import Unseen
from charlab.errors import ConfigError, DataError
from charlab.evaluation.prediction import Predictor
from charlab.system.files import open_output, user_path, utf8_bytes
from charlab.system.style import has_colour, painted
from charlab.system.table_lines import table_line
from charlab.system.terminal import as_shown, remark, visible, write
from charlab.system.words import counted

_AT_ONCE = 4096  # texts; answers appear as they come, and memory stays flat


def predict(given: Sequence[PredictArguments]) -> int:
    """Answers for one text, a file's lines or standard input's.

    Args:
        given: the command's words, for each run; the answers of several are averaged.

    Raises:
        CharlabError: if the run or a text is unfit, or a file cannot be read or written.
    """
    arguments = given[0]
    if arguments.text is not None and arguments.input is not None:
        raise ConfigError("text= and input= exclude each other: leave one out")
    if arguments.top < 1:
        raise ConfigError(f"top= must be at least 1, got {arguments.top}")
    predictor = load_ensemble(given).predictor
    predictor.most = arguments.top
    if arguments.beam_width is not None:
        predictor.search_with(arguments.beam_width)
    elif arguments.top > (predictor.beam_width or arguments.top):
        predictor.search_with(arguments.top)
    one = arguments.text
    lines = read_lines(arguments.input, arguments.encoding) if one is None else [one]
    if arguments.attention is not None:
        _draw_attention(predictor, lines, arguments.attention)
    total, with_unseen = Unseen(Counter(), 0), 0
    with _written(predictor, arguments.output, arguments.top) as write_answer:
        for text, answer, unseen in _answered(predictor, lines):
            if answer is None and one is not None:
                raise DataError(
                    "text= is empty to this model: there is nothing to answer"
                    + (f"; not known from training: {unseen}" if unseen else "")
                )
            write_answer(text, answer, unseen)
            total.add(unseen)
            with_unseen += bool(unseen)
    if total:
        where = f", in {with_unseen:,} of {counted(len(lines), 'text')}" if len(lines) > 1 else ""
        remark(f"{predictor.asking.vocabulary.plural} not known from training: {total}{where}")
    return 0


def _draw_attention(predictor: Predictor[Any], texts: Sequence[str], path: str) -> None:
    """Writes the picture of where the network looks while it answers the first texts."""
    from charlab.figures import to_png  # matplotlib takes half a second

    picture = to_png(predictor.attention_figure(texts))
    with open_output(path, "attention") as file:
        file.write(picture)


def _answered(
    predictor: Predictor[Any], texts: Sequence[str]
) -> Iterator[tuple[str, Any | None, Unseen]]:
    """Texts with their answers; a blank line has none, so that rows stay side by side."""
    for first in range(0, len(texts), _AT_ONCE):
        part = texts[first : first + _AT_ONCE]
        read = predictor.asking.read(part)
        answers = iter(predictor.predict_read([whole for whole, _ in read if whole]))
        for text, (whole, unseen) in zip(part, read, strict=True):
            yield text, next(answers) if whole else None, unseen


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
        raise DataError(f"{path or 'standard input'} is empty: there is nothing to answer")
    return text.removesuffix("\n").split("\n")


Write = Callable[[str, Any | None, Unseen], object]


@contextmanager
def _written(predictor: Predictor[Any], path: str | None, top: int) -> Iterator[Write]:
    """What writes a text and its answer: on the screen, or into a file whose ending says its form.

    JSON Lines (``.jsonl``) are objects, ``.tsv`` and ``.csv`` and everything else are tables.
    """
    if path is None:
        coloured = has_colour(sys.stdout)

        def show(text: str, answer: Any | None, _: Unseen) -> None:
            if answer is not None and coloured:
                print(painted(predictor.in_colour(text, answer, top)), flush=True)
            else:
                said = "" if answer is None else predictor.line(answer, top)
                write(f"{as_shown(text)}\t{as_shown(said)}\n")

        if coloured and (legend := predictor.legend()) is not None:
            print(painted(legend))
        yield show
        return
    ending = Path(path).suffix.lower()
    with open_output(path) as file:

        def put(line: str) -> None:
            file.write(utf8_bytes(line))

        yield (_objects if ending in (".jsonl", ".ndjson") else _table)(predictor, top, ending, put)


def _table(predictor: Predictor[Any], top: int, ending: str, put: Callable[[str], None]) -> Write:
    columns = predictor.columns(top)

    def row(*cells: object) -> None:
        put(table_line(cells, ending.removeprefix(".")))

    def add(text: str, answer: Any | None, unseen: Unseen) -> None:
        cells = [""] * len(columns) if answer is None else predictor.cells(answer, top)
        never_seen = " ".join(map(visible, unseen.counts))
        row(text, *cells, f"{unseen.share:.6f}", never_seen)

    row("text", *columns, "unseen_share", "unseen")
    return add


def _objects(predictor: Predictor[Any], top: int, _: str, put: Callable[[str], None]) -> Write:
    def add(text: str, answer: Any | None, unseen: Unseen) -> None:
        about = {} if answer is None else predictor.record(answer, top)
        unseen_of = {"unseen_share": round(unseen.share, 6), "unseen": list(unseen.counts)}
        line = json.dumps({"text": text, **about, **unseen_of}, ensure_ascii=False)
        put(f"{line}\n")

    return add
