"""What a run says at its end: exact test metrics, the yardstick beside them, samples."""

from pathlib import Path

from charlab.builders.network import load_weights
from charlab.evaluation.bits_per_character import split_text
from charlab.evaluation.evaluate import measure
from charlab.runs import folder as runs
from charlab.runs.checkpoint import load
from charlab.system.files import write_text
from charlab.system.terminal import say
from charlab.training.session import Session


def load_best(session: Session, folder: Path) -> dict[str, float]:
    """Gives the network the best weights of its run; without a best one it keeps the last.

    Returns:
        The validation metrics of those weights.
    """
    best = folder / runs.CHECKPOINTS / runs.BEST
    if not best.exists():
        return {}
    checkpoint = load(best)
    load_weights(session.network, checkpoint.network)
    return {k: v for k, v in checkpoint.metrics.items() if k.startswith("val/")}


def test_metrics(session: Session) -> dict[str, float]:
    """Metrics of the test part, and of the model that the network is to be compared with."""
    if session.options.trainer.overfit:  # one batch says nothing about other text
        return {}
    metrics: dict[str, float] = {}
    task, corpus = session.task, session.corpus
    if "test" in corpus.splits:
        batches = task.evaluation_batches(corpus.splits["test"], device=session.device)
        text = split_text(corpus, "test")
        meter = task.new_meter(session.network)
        values = measure(session.network, meter, batches, text)
        metrics = {f"test/{name}": value for name, value in values.items()}
    return metrics | task.baseline_metrics(corpus)


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
