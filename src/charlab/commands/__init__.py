"""The commands: one module each, thin over the Python API."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charlab.api import TrainedModel
    from charlab.config.cli_options import (
        EvaluateArguments,
        ExportArguments,
        PredictArguments,
        SampleArguments,
    )


def load_for(
    arguments: "SampleArguments | PredictArguments | EvaluateArguments | ExportArguments",
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
