"""The commands: from a command line to what it asks for."""

import secrets
import shlex
import sys
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from charlab.commands.reading import helped, read, read_runs, require_run
from charlab.errors import ConfigError, closest, nearest
from charlab.runs.folder import find
from charlab.system.command_process import complain, exit_code, main, report_known

if TYPE_CHECKING:
    from charlab.commands.grid import Grid
    from charlab.config.schema import RunOptions


def run() -> None:
    """``charlab COMMAND …``: the command of an installed charlab, from any folder."""
    known = (train, sample, predict, evaluate, look, report, play, export, inspect_data)
    commands = {c.__name__: c for c in known}
    chosen = sys.argv[1] if len(sys.argv) > 1 else "--help"
    names = [*(name for name in commands if name != "inspect_data"), "inspect"]
    if chosen == "--version":
        main(train)
    if chosen in ("--help", "-h", "help"):
        print(_HELP)
        sys.exit(0)
    command = commands.get({"inspect": "inspect_data"}.get(chosen, chosen))
    if command is None:
        is_train_s = "=" in chosen or chosen.startswith("-")
        near = closest(chosen, [*names, "--help", "--version"]) or ("train" if is_train_s else "")
        rest = sys.argv[1 if is_train_s and near == "train" else 2 :]
        hint = (
            f"did you mean: charlab {shlex.join([near, *rest])}" if near else nearest(chosen, names)
        )
        complain(f"charlab {chosen}: no such command; {hint}")
        sys.exit(1)
    del sys.argv[1]
    main(command)


_HELP = """charlab: a laboratory for character-level recurrent networks

  charlab train       trains, searches settings, goes on with a run
  charlab sample      generates text with a trained network
  charlab predict     ranks labels for texts
  charlab evaluate    exact figures of a run
  charlab look        pictures of a run, and a page that shows them
  charlab report      a page about a sweep or a set of runs
  charlab play        a page in which a trained network runs
  charlab export      a trained network as safetensors or ONNX
  charlab inspect     figures and pictures of a dataset

charlab COMMAND --help says more; charlab --version."""


def train(arguments: list[str]) -> int:
    """``train.py``: trains, or goes on with a run that stopped."""
    from charlab.config.flags import HELP, sort_flags
    from charlab.config.hydra_app import known_words, run_composed
    from charlab.config.overrides import take_out

    flags, overrides = sort_flags(arguments, [*known_words(), "resume"])
    run, rest = take_out(overrides, "resume")
    if run is not None and HELP not in flags:
        if flags:
            raise ConfigError(f"resume= goes on with one run as it is: leave {flags[0]} out")
        from charlab.commands.resume import resume_run

        return exit_code(resume_run(run, rest, announce=True).signal)
    sys.argv[1:] = [*flags, *_with_init_found(rest)]  # where Hydra reads them
    from charlab.commands.grid import Grid

    grid = Grid()
    code = run_composed(partial(_train_job, grid), report=report_known, announce=grid.begin)
    grid.say_end()
    return code


def _with_init_found(words: list[str]) -> list[str]:
    """Words with the run that ``init=latest`` means now: a grid's own runs do not count."""
    from charlab.config.overrides import take_out

    output_dir = take_out(words, "output_dir")[0] or "outputs"
    return [
        f"init={find('latest', output_dir, (), 'init')}"
        if word in ("init=latest", "init.run=latest")
        else word
        for word in words
    ]


def _train_job(
    grid: "Grid",
    options: "RunOptions",
    config: str,
    overrides: Sequence[str],
    folder: Path | None,
) -> int:
    from charlab.commands.next_steps import say_next_steps
    from charlab.commands.train import run as run_training

    result = run_training(options, config, overrides, folder)
    if grid.runs:
        grid.take(options, result)
    else:
        say_next_steps(result, options)
    return exit_code(result.signal)


def sample(arguments: list[str]) -> int:
    """``sample.py``: generates text."""
    from charlab.config.cli_options import SampleArguments
    from charlab.config.variants import read_variants
    from charlab.decoding.generation_config import MOST_AT_ONCE, MOST_TEXTS, GenerationConfig

    if helped(SampleArguments, arguments):
        return 0
    variants, seed, tokens = read_variants(SampleArguments, arguments), secrets.randbits(32), 0
    for _, options in variants:
        if not 1 <= options.count <= MOST_TEXTS:
            raise ConfigError(f"count= must be from 1 to {MOST_TEXTS}, got {options.count}")
        tokens += options.count * options.length
        if tokens > MOST_AT_ONCE:
            raise ConfigError(
                f"count= times length= must be at most {MOST_AT_ONCE}, of all variants together: "
                "draw fewer at once"
            )
        options.output_format()
        GenerationConfig.read(options, seed)
        require_run(options)
    from charlab.commands.sample import sample as run_sample

    return run_sample(variants, seed)


def predict(arguments: list[str]) -> int:
    """``predict.py``: classifies texts."""
    from charlab.config.cli_options import PredictArguments

    given = read_runs(PredictArguments, arguments)
    if not given:
        return 0
    require_run(*given)
    from charlab.commands.predict import predict as run_predict

    return run_predict(given)


def evaluate(arguments: list[str]) -> int:
    """``evaluate.py``: measures a run, or the average of several, on a split."""
    from charlab.config.cli_options import EvaluateArguments

    given = read_runs(EvaluateArguments, arguments)
    if not given:
        return 0
    require_run(*given)
    from charlab.commands.evaluate import evaluate as run_evaluate

    return run_evaluate(given)


def look(arguments: list[str]) -> int:
    """``look.py``: pictures of a run, or of a configuration that was not trained."""
    from charlab.config.cli_args import parse_arguments, wants_help
    from charlab.config.cli_options import LookArguments
    from charlab.config.task_options import known_pictures

    if wants_help(arguments):
        from charlab.config.cli_args import describe
        from charlab.config.help_layout import headed, show_help

        pictures = headed("Pictures (of tasks that have them):", list(known_pictures().items()))
        show_help("\n".join([describe(LookArguments), "", *pictures]))
        return 0
    composed, own = _sorted_for_look(arguments)
    options = parse_arguments(LookArguments, own)
    for run in () if composed else options.runs:
        find(run, options.output_dir, (), options.command)
    from charlab.commands.look import look as run_look
    from charlab.commands.look import look_untrained

    return look_untrained(composed, options) if composed else run_look(options)


def _sorted_for_look(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The words that compose a configuration as train.py's do, and look.py's own.

    Without any of the first there is a run to look at, and ``dataset.path`` is where its data are.
    """
    from charlab.config.cli_args import keys_of
    from charlab.config.cli_options import LookArguments
    from charlab.config.hydra_app import known_words

    own_keys, train_keys = keys_of(LookArguments), known_words()
    keys = [word.partition("=")[0].lstrip("+~") for word in arguments]
    groups = {key.partition(".")[0] for key in train_keys}
    composing = [key for key in keys if key not in own_keys and key.partition(".")[0] in groups]
    if not composing:
        return [], arguments
    if "run" in keys:
        raise ConfigError(
            f"run= looks at what was trained, and {composing[0]}= composes what was not: leave one "
            "out"
        )
    is_own = [key in own_keys and not key.startswith("dataset.") for key in keys]
    pairs = list(zip(arguments, is_own, strict=True))
    return [word for word, own in pairs if not own], [word for word, own in pairs if own]


def report(arguments: list[str]) -> int:
    """``report.py``: a page about a sweep, or one that compares runs."""
    from charlab.config.cli_options import ReportArguments

    options = read(ReportArguments, arguments)
    if options is None:
        return 0
    from charlab.commands.report import report as run_report

    return run_report(options)


def play(arguments: list[str]) -> int:
    """``play.py``: a page in which trained networks run."""
    from charlab.config.cli_options import PlayArguments

    given = read_runs(PlayArguments, arguments)
    if not given:
        return 0
    if len(given) > 2:
        raise ConfigError(f"play.py: a page has one run, or two side by side, got {len(given)}")
    if given[0].output == "":
        raise ConfigError("play.py: output= is empty: give a file, or leave it out")
    require_run(*given)
    from charlab.commands.play import play as run_play

    return run_play(given)


def export(arguments: list[str]) -> int:
    """``export.py``: a trained network for other programs."""
    from charlab.config.cli_options import ExportArguments

    options = read(ExportArguments, arguments)
    if options is None:
        return 0
    if options.output == "":
        raise ConfigError("output= is empty: give a folder, or leave it out")
    if options.format == "onnx" and find_spec("onnx") is None:
        raise ConfigError(
            "format=onnx needs a package that is not installed: pip install 'charlab[export]' "
            "(in a clone: pip install '.[export]')"
        )
    from charlab.commands.export import export as run_export

    return run_export(options)


def inspect_data(arguments: list[str]) -> int:
    """``inspect_data.py``: what a dataset is made of."""
    from charlab.config.cli_args import wants_help
    from charlab.config.overrides import take_out

    if wants_help(arguments):
        from charlab.config.help_layout import show_help
        from charlab.config.hydra_app import help_of_group
        from charlab.system.entry_point import command_line

        show_help(_INSPECT_HELP.format(inspect=command_line("inspect_data")))
        show_help(help_of_group(arguments, "dataset"))
        return 0
    from charlab.config.flags import refuse_flags
    from charlab.config.hydra_app import known_words

    refuse_flags(arguments, [*known_words(), "output"])
    own = [w for w in arguments if w.lstrip("+~").startswith("hydra") and "searchpath=" not in w]
    if own:
        raise ConfigError(f"{own[0]}: nothing is run here, so hydra has no say but its searchpath")
    output, rest = take_out(arguments, "output")
    from charlab.commands.inspect_data import inspect_data as run_inspect

    return run_inspect(rest, output)


_INSPECT_HELP = """{inspect}: figures and pictures of a dataset

  {inspect} dataset=text dataset.path=book.txt
  {inspect} dataset=names output=pictures

Words (KEY=VALUE):
  output=FOLDER  where the pictures go; by itself outputs/data/<dataset>
"""
