"""Draws memory.png and writes the tables of README.md from two sweeps' folders:

python experiments/memory/draw.py outputs/sweeps/memory_copying outputs/sweeps/memory_text
"""

import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter

import charlab
from charlab.data.documents.sources.copying import ALPHABET
from charlab.evaluation.confidence import Interval, mean_interval
from charlab.figures.colors import LIGHT, SERIES
from charlab.figures.sweeps import empty_figure, tidy
from charlab.inspection.activations import looking, recurrent_of
from charlab.inspection.memory import contexts_of, loss_by_context
from charlab.reports.run_records import RunFacts, find_runs, read_run

HERE = Path(__file__).parent
CELLS = ("vanilla", "lstm", "gru")
POSITIONS = 4_096  # of the text's test part, the same for every network and context
CHANCE = 1 / len(ALPHABET)

Lines = Mapping[str, Mapping[int, Interval]]
"""Of each cell a value over seeds at each distance, or of each number of characters given."""


def completed(sweep: str) -> list[tuple[RunFacts, dict[str, str]]]:
    """A sweep's runs with their settings.

    Raises:
        SystemExit: if one has not been trained to its end.
    """
    found = []
    for run in map(read_run, find_runs(sweep)):
        if run.status != "completed" or run.settings is None:
            sys.exit(f"{run.folder}: its status is {run.status}; give the sweep's command again")
        found.append((run, run.settings))
    return found


def accuracies(sweep: str) -> Lines:
    """Test accuracy by distance."""
    found = defaultdict[str, defaultdict[int, list[float]]](lambda: defaultdict(list))
    for run, settings in completed(sweep):
        distance = int(settings["dataset.distance"])
        found[settings["model.name"]][distance].append(run.metrics["test/accuracy"])
    return over_seeds(found)


def context_losses(sweep: str) -> Lines:
    """The loss on the test part by how many characters are given."""
    found = defaultdict[str, defaultdict[int, list[float]]](lambda: defaultdict(list))
    for run, settings in completed(sweep):
        subject = charlab.load(run.folder).subject()
        network, split = subject.trained.network, subject.trained.corpus.splits["test"]
        contexts = list(contexts_of(split, subject.task.reading, positions=POSITIONS))
        with looking(network):
            loss = loss_by_context(recurrent_of(network), subject.task.step_head(network), contexts)
        for given, nats in zip(loss.contexts, loss.losses, strict=True):
            found[settings["model.name"]][given].append(nats)
    return over_seeds(found)


def over_seeds(found: Mapping[str, Mapping[int, list[float]]]) -> Lines:
    """Means with 95% intervals, cells and places in order."""
    return {
        cell: {place: mean_interval(found[cell][place]) for place in sorted(found[cell])}
        for cell in CELLS
        if cell in found
    }


def table(lines: Lines, what: str) -> str:
    """A row for each cell, in Markdown."""
    places = list(next(iter(lines.values())))
    rows = [f"| {what} | {' | '.join(map(str, places))} |", f"| --- |{' ---: |' * len(places)}"]
    for cell, values in lines.items():
        cells = [
            f"{v.mean:.3f}" + ("" if v.half is None else f" ± {v.half:.3f}")
            for v in values.values()
        ]
        rows.append(f"| {cell} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def draw(axes: Axes, lines: Lines, x_label: str, y_label: str) -> None:
    """A line for each cell, told apart by colour and mark, in the band of its intervals."""
    for (cell, values), color, mark in zip(lines.items(), SERIES, "so^", strict=False):
        places = list(values)
        mean = np.array([v.mean for v in values.values()])
        half = np.array([v.half or 0.0 for v in values.values()])
        axes.fill_between(places, mean - half, mean + half, color=color, alpha=0.15, linewidth=0)
        axes.plot(places, mean, f"{mark}-", color=color, markersize=4, linewidth=1.6, label=cell)
    axes.set_xscale("log", base=2)
    axes.set_xticks(places)
    axes.minorticks_off()
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.tick_params(axis="x", labelsize=8)
    tidy(axes, x_label, y_label)


def write(name: str, text: str) -> None:
    """Puts a table between its marks in ``README.md``."""
    path, begin, end = HERE / "README.md", f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    path.write_text(f"{before}{begin}{text}{end}{rest.split(end)[1]}", encoding="utf-8")


def main(copying: str, text: str) -> None:
    """The figure and both tables."""
    remembered, losses = accuracies(copying), context_losses(text)
    figure = empty_figure(3.8, 9.6)
    left, right = figure.subplots(1, 2)
    draw(left, remembered, "distance, characters", "test accuracy")
    left.axhline(CHANCE, linestyle="--", color=LIGHT["quiet"], linewidth=1.0, label="chance")
    left.set_ylim(0, 1.03)
    left.legend(frameon=False)
    draw(right, losses, "characters given", "loss, nats per character")
    figure.savefig(HERE / "memory.png", dpi=100)
    write("figure", "![Accuracy by distance, loss by characters given](memory.png)\n")
    write("copying", table(remembered, "distance"))
    write("context", table(losses, "characters given"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(str(__doc__))
    main(*sys.argv[1:])
