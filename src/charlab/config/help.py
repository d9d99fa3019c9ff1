"""``train.py --help``: what can be composed, and the settings that it makes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from charlab.config.flags import GRID, HELP
from charlab.config.overrides import protect
from charlab.system.entry_point import command_line, conf_folder

if TYPE_CHECKING:
    from omegaconf import DictConfig

_HEADER = """charlab trains character-level recurrent networks.

What can be composed (group=choice):"""
_SETTINGS = "The settings with their defaults (key=value overrides; comments stand in conf/):"
_EXAMPLES = (
    ("model=lstm task=generate", "names, generated"),
    ("model=gru task=classify", "names -> language"),
    ("dataset=text dataset.path=book.txt", "text of your own"),
    ("-m model=vanilla,lstm,gru seed=1,2", "a grid of runs"),
    ("optimizer._target_=torch.optim.RAdam", "any optimizer of PyTorch's (docs/ecosystem.md)"),
    ("-m sweep=optuna", "a search for the best settings"),
    ("resume=latest", "goes on where a run stopped"),
)

_WITH_HELP = {HELP, GRID, "--resolve"}
_INTERNAL = {"hydra", "shared"}  # folders of what is composed by others, not by the user


def wants_settings(arguments: Sequence[str]) -> bool:
    """Whether flags, in full, ask for this help; with any other it is Hydra's affair."""
    flags = {word for word in arguments if word.startswith("-")}
    return HELP in flags and flags <= _WITH_HELP


def describe_settings(arguments: Sequence[str]) -> str:
    """What ``--help`` prints: groups, settings as the overrides make them, examples.

    Hydra's own help would copy its whole configuration for every group that there is.

    Args:
        arguments: of the command line; what would make a grid of runs changes no setting here.

    Raises:
        Exception: what Hydra raises if the overrides make no configuration.
    """
    from hydra import compose, initialize_config_dir
    from omegaconf import OmegaConf

    grid = GRID in arguments
    overrides = protect((word for word in arguments if not word.startswith("-")), grid=grid)
    if grid:
        overrides = _single(overrides)
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        config = compose("train", overrides, return_hydra_config=True)
    groups = [f"{group}: {', '.join(names)}" for group, names in find_groups(_folders(config))]
    settings = OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"])
    parts = (_HEADER, "\n".join(groups), _SETTINGS, OmegaConf.to_yaml(settings), _footer())
    return "\n\n".join(part.strip("\n") for part in parts)


def _footer() -> str:
    return "\n".join(f"{command_line('train')} {words:<35} {what}" for words, what in _EXAMPLES)


def find_groups(folders: Iterable[Path]) -> list[tuple[str, list[str]]]:
    """The groups that a user may choose from, with their choices, both sorted."""
    groups: dict[str, set[str]] = {}
    for folder in folders:
        for path in folder.rglob("*.yaml"):
            place = path.relative_to(folder).parent
            if place.parts and place.parts[0] not in _INTERNAL:
                groups.setdefault(place.as_posix(), set()).add(path.stem)
    return [(group, sorted(choices)) for group, choices in sorted(groups.items())]


def _single(overrides: list[str]) -> list[str]:
    """Overrides without those that hold several values."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parsed = OverridesParser.create().parse_overrides(overrides)
    return [word.input_line or "" for word in parsed if not word.is_sweep_override()]


def _folders(config: "DictConfig") -> list[Path]:
    sources = config.hydra.runtime.config_sources
    return [Path(source.path) for source in sources if source.schema == "file"]
