"""What a run says at its end: exact test figures, the yardstick beside them, samples."""

from pathlib import Path

from charlab import runs
from charlab.checkpoint import load
from charlab.commands.session import Session
from charlab.data.original import split_text
from charlab.files import write_text
from charlab.measuring import measure
from charlab.networks import load_weights
from charlab.terminal import say


def load_best(session: Session, folder: Path) -> dict[str, float]:
    """Gives the network the best weights of its run; without a best one it keeps the last.

    Returns:
        The validation figures of those weights.
    """
    best = folder / runs.CHECKPOINTS / runs.BEST
    if not best.exists():
        return {}
    checkpoint = load(best)
    load_weights(session.network, checkpoint.network)
    return {k: v for k, v in checkpoint.metrics.items() if k.startswith("val/")}


def test_figures(session: Session) -> dict[str, float]:
    """Figures of the test part, and of the model that the network is to be compared with."""
    if session.options.trainer.overfit:  # one batch says nothing about other text
        return {}
    figures: dict[str, float] = {}
    task, corpus = session.task, session.corpus
    if "test" in corpus.splits:
        batches = task.evaluation_batches(corpus.splits["test"], device=session.device)
        text = split_text(corpus, "test")
        meter = task.new_meter(session.network)
        values = measure(session.network, meter, batches, text)
        figures = {f"test/{name}": value for name, value in values.items()}
    return figures | task.baseline_metrics(corpus)


def final_samples(session: Session, folder: Path) -> None:
    """Says what the task shows at a run's end, and writes the same into ``samples.txt``."""
    shown = session.task.final_lines(session.trained)
    if shown is None:
        return
    heading, lines = shown
    say(heading)
    for line in "\n".join(lines).split("\n"):
        say(line)
    write_text(folder / "samples.txt", "\n".join(lines) + "\n")
