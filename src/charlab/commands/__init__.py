"""The commands: one module each, thin over the Python API."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charlab.api import TrainedModel
    from charlab.config import cli_options


def load_for(
    arguments: "cli_options.SampleArguments | cli_options.PredictArguments | "
    "cli_options.EvaluateArguments | cli_options.PlayArguments | cli_options.ExportArguments",
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
