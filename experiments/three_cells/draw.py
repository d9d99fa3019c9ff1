"""Draws curves.png and prints table.md from runs: ``python draw.py RUN RUN …`` (run folders)."""

import json
import sys
from pathlib import Path

from charlab.figures.learning_curves import learning_curves_figure
from charlab.reports.event_curves import read_curve

HERE = Path(__file__).parent
TRIGRAM = "test/trigram_perplexity"


def main(folders: list[Path]) -> None:
    """One curve and one row for each run."""
    curves, rows, trigram = {}, [], 0.0
    for folder in folders:
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        name = folder.parent.name
        points = [(float(step), value) for step, value in read_curve(folder, "val/perplexity")]
        curves[f"{name} ({points[-1][1]:.2f})"] = [points]
        trigram = metrics[TRIGRAM]
        cells = [
            name,
            f"{metrics['model/parameters']:,}",
            f"{metrics['val/perplexity']:.3f}",
            f"{metrics['test/perplexity']:.3f}",
            f"{metrics['test/bits_per_char']:.3f}",
            f"{metrics['time/train_seconds']:.0f} s",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    figure = learning_curves_figure(
        curves,
        metric="validation perplexity",
        yardstick=("trigram on the test part", trigram),
    )
    figure.savefig(HERE / "curves.png")
    header = "| model | parameters | val perplexity | test perplexity | test bits/char | training |"
    table = "\n".join([header, "| --- | ---: | ---: | ---: | ---: | ---: |", *rows])
    (HERE / "table.md").write_text(table + "\n", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main([Path(word) for word in sys.argv[1:]])
