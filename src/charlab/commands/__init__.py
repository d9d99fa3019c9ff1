"""The commands: one module each, thin over the Python API."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charlab.api import InferenceModel, TrainedModel
    from charlab.config import cli_options


def load_for(
    arguments: "cli_options.SampleArguments | cli_options.PredictArguments | "
    "cli_options.EvaluateArguments | cli_options.LookArguments | cli_options.PlayArguments | "
    "cli_options.ExportArguments",
) -> "TrainedModel":
    """The network that a command asks.

    Raises:
        CharlabError: if there is no such run, or it cannot be loaded.
    """
    from charlab.api import load_model

    return load_model(
        arguments.run,
        accelerator=getattr(arguments, "accelerator", "cpu"),
        output_dir=arguments.output_dir,
        command=arguments.command,
        data=getattr(arguments, "data", None),
    )


def load_ensemble(
    given: "Sequence[cli_options.PredictArguments] | Sequence[cli_options.EvaluateArguments]",
) -> "InferenceModel":
    """The network that a command asks, or the average of several.

    Args:
        given: the command's words, for each run.

    Raises:
        CharlabError: if there is no such run, it cannot be loaded, or they have no average.
    """
    from charlab.api import Ensemble

    models = [load_for(arguments) for arguments in given]
    return models[0] if len(models) == 1 else Ensemble(models)
