"""``resume=``: a run goes on exactly where it stopped, in its own folder."""

import dataclasses
from collections.abc import Sequence

from charlab import runs
from charlab.config.schema import TrainerOptions
from charlab.config.words import convert
from charlab.errors import CheckpointError, ConfigError
from charlab.registry import nearest

# What a resumed run may change: when it ends, what it says and saves, where it computes.
# Anything else would make it another run.
ACCEPTED = (
    "trainer.max_epochs",
    "trainer.max_steps",
    "trainer.max_minutes",
    "trainer.patience",
    "trainer.log_every",
    "trainer.checkpoint_minutes",
    "trainer.progress",
    "trainer.accelerator",
)


def resume_from_words(run: str, words: Sequence[str]) -> int:
    """Resumes a run with a few overrides.

    Args:
        run: "latest" or a run's folder.
        words: overrides, each of them one of ``ACCEPTED``.

    Returns:
        An exit code.

    Raises:
        CharlabError: if an override is not accepted, there is no such run, or it cannot go on.
    """
    output_dir, rest = _output_dir(words)
    changes = read_changes(rest)
    folder = runs.find(run, output_dir, None, "resume")
    if folder.is_file():
        raise ConfigError(f"resume={run} is a file: give the run's folder")
    from charlab.checkpoint import load
    from charlab.commands.train import resume
    from charlab.config.check import build, to_plain
    from charlab.terminal import start_logging

    last = folder / runs.CHECKPOINTS / runs.LAST
    if not last.exists():
        raise CheckpointError(f"{folder} has no {runs.CHECKPOINTS}/{runs.LAST} to go on from")
    checkpoint = load(last)
    plain = {**to_plain(checkpoint.options.trainer), **changes}
    trainer = build(TrainerOptions, plain, hints=False)
    options = dataclasses.replace(checkpoint.options, trainer=trainer)
    start_logging()
    result = resume(checkpoint, options, folder)
    return 0 if result.signal is None else 128 + result.signal


def read_changes(words: Sequence[str]) -> dict[str, object]:
    """Overrides as values of the trainer's options.

    Raises:
        ConfigError: a line for each that is not accepted or of the wrong type.
    """
    hints = {f.name: f.type for f in dataclasses.fields(TrainerOptions)}
    changes: dict[str, object] = {}
    faults = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            faults.append(f"{word!r} is not of the form key=value")
        elif key not in ACCEPTED:
            faults.append(
                f"{key} cannot change in a resumed run; what can: {', '.join(ACCEPTED)}"
                if "." in key or key in ("seed", "model", "dataset", "task", "optimizer")
                else f"unknown setting {key!r}: {nearest(key, list(ACCEPTED))}"
            )
        else:
            name = key.removeprefix("trainer.")
            try:
                changes[name] = None if value == "null" else convert(hints[name], value)
            except ValueError:
                faults.append(f"{key} cannot be {value!r}")
    if faults:
        raise ConfigError("\n".join(faults))
    return changes


def _output_dir(words: Sequence[str]) -> tuple[str, list[str]]:
    from charlab.config.overrides import take_out

    value, rest = take_out(words, "output_dir")
    return value or "outputs", rest
