"""Samples of several settings: columns on a terminal, titled blocks anywhere else."""

import os
import sys
from collections.abc import Iterator, Sequence

from rich.text import Text

from charlab.commands.drawing import Drawing
from charlab.decoding.results import Sample
from charlab.system.columns import TextRow, side_by_side
from charlab.system.terminal import console, visible

_KNOWN = "*"  # marks a document that stands in the training data


def blocks(drawings: Sequence[Drawing]) -> Iterator[str]:
    """The samples of each variant below a line that names it; of one variant the samples alone."""
    for drawing in drawings:
        samples = drawing.draw()
        novelty = drawing.novelty(samples) if drawing.title else None
        if drawing.title:
            facts = "; ".join(drawing.facts(samples, novelty))
            yield f"=== {drawing.title} ({facts}) ===\n"
        for number, sample in enumerate(samples, start=1):
            if len(samples) > 1 and not drawing.generator.documents:
                mark = "" if novelty is None else f" ({novelty[0][number - 1]})"
                yield f"--- {number}{mark} ---\n"
            yield f"{_shown(drawing, sample)}\n"


def show_columns(drawings: Sequence[Drawing]) -> bool:
    """Shows the samples of each variant beside the others', if standard output is a terminal.

    Settings are rows and columns: the last one with several values is across.
    """
    if not sys.stdout.isatty():
        return False
    *down, across = drawings[0].chosen
    texts: dict[str, list[Text]] = {}
    heads: dict[str, None] = {}
    shorten = _run_names(drawings)
    for drawing in drawings:
        values = dict(drawing.chosen)
        if "run" in values:
            values["run"] = shorten[values["run"]]
        row = visible(", ".join(values[key] for key in down))
        head = values[across] if across in ("label", "run") else f"{across}={values[across]}"
        heads[visible(head)] = None
        texts.setdefault(row, []).append(_cell(drawing))
    rows = [TextRow(row, cells) for row, cells in texts.items()]
    for table in side_by_side(", ".join(down), list(heads), rows, console.width):
        console.print(table, soft_wrap=False)
    return True


def _cell(drawing: Drawing) -> Text:
    """The samples of a variant, and what is said of them all."""
    samples = drawing.draw()
    novelty = drawing.novelty(samples)
    marks = [""] * len(samples) if novelty is None else novelty[0]
    facts = drawing.facts(samples, novelty)
    cell = Text()
    for sample, mark in zip(samples, marks, strict=True):
        if drawing.generator.documents:
            cell.append(visible(_shown(drawing, sample)))
            cell.append(f" {_KNOWN}\n" if mark else "\n", style="dim")
        else:
            cell.append(visible(_shown(drawing, sample), keep="\n\t") + "\n\n")
            if mark and len(samples) > 1:
                cell.append(f"{mark}\n\n", style="dim")
    if drawing.generator.documents and any(marks):
        facts.append(f"{_KNOWN} in training")
    return cell.append("\n".join(facts), style="dim")


def _shown(drawing: Drawing, sample: Sample) -> str:
    return f"{sample.label}: " * drawing.shows_label + (sample.text or "(empty)")


def _run_names(drawings: Sequence[Drawing]) -> dict[str, str]:
    """Runs by what tells them apart: their paths below the folder that holds them all.

    Where one is in the other, or the same, they are called as they are typed.
    """
    runs = list(dict.fromkeys(drawing.arguments.run for drawing in drawings))
    whole = [os.path.abspath(os.path.expanduser(run)) for run in runs]  # noqa: PTH100, PTH111
    parent = os.path.commonpath(whole)
    if parent in whole or len(set(whole)) < len(whole):
        return {run: run for run in runs}
    return {
        run: run if run == "latest" else os.path.relpath(path, parent)
        for run, path in zip(runs, whole, strict=True)
    }
