"""``--help`` of the commands that Hydra composes: groups, and settings with their comments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charlab.config.comments import first_sentence, read_comments
from charlab.config.flags import GRID, HELP
from charlab.config.groups import find_groups
from charlab.config.help_layout import SETTINGS, headed, in_two_columns
from charlab.config.overrides import protect
from charlab.system.entry_point import command_line, conf_folder
from charlab.system.words import spelled

_EXAMPLES = (
    ("model=lstm task=generate", "names, generated"),
    ("model=gru task=classify", "names -> language"),
    ("dataset=text dataset.path=book.txt", "text of your own"),
    ("-m model=vanilla,lstm,gru seed=1,2", "a grid of runs"),
    ("optimizer._target_=torch.optim.RAdam", "any of PyTorch's optimizers"),
    ("-m sweep=optuna", "a search of settings"),
    ("resume=latest", "goes on with a run"),
)
_FLAGS = (
    ("--help", "with other words: the settings that they make, as model=gru --help"),
    ("-m", "several values make several runs; with sweep=optuna they are searched"),
    ("--cfg job", "the composed configuration as YAML, and no run"),
    ("--config-dir FOLDER", "configurations of your own; by itself ./conf"),
    ("--version", ""),
)

_WITH_HELP = {HELP, GRID, "--resolve"}


def wants_settings(arguments: Sequence[str]) -> bool:
    """Whether flags, in full, ask for this help; with any other it is Hydra's affair."""
    flags = {word for word in arguments if word.startswith("-")}
    return HELP in flags and flags <= _WITH_HELP


def describe_settings(arguments: Sequence[str]) -> str:
    """What ``train.py --help`` prints: groups, settings as the overrides make them, examples.

    Hydra's own help would copy its whole configuration for every group that there is.

    Args:
        arguments: of the command line; what would make a grid of runs changes no setting here.

    Raises:
        Exception: what Hydra raises if the overrides make no configuration.
    """
    composed = _compose(arguments)
    sections = [
        ["charlab trains character-level recurrent networks."],
        headed("Groups (GROUP=CHOICE; [chosen here]):", composed.groups()),
        ["Settings (KEY=VALUE; the value is the default, or what was given):"],
        *composed.sections(),
    ]
    if "sweep" not in composed.settings:
        sweep = command_line("train", "-m", "sweep=optuna", "--help")
        sections.append([f"Settings of a sweep: {sweep}"])
    examples = [(f"{command_line('train')} {words}", what) for words, what in _EXAMPLES]
    sections += [headed("Flags:", _FLAGS), headed("Examples:", examples)]
    return "\n\n".join("\n".join(lines) for lines in sections)


def describe_group(arguments: Sequence[str], group: str) -> str:
    """A group's choices and settings, for the help of a command that takes no others.

    Raises:
        Exception: what Hydra raises if the overrides make no configuration.
    """
    composed = _compose(arguments)
    choices = [row for row in composed.groups() if row[0] == f"{group}="]
    return "\n\n".join(
        "\n".join(lines) for lines in (in_two_columns(choices), *composed.sections(group))
    )


@dataclass(frozen=True)
class _Composed:
    """A configuration for people to read.

    Attributes:
        settings: nested, values as they stand (``${…}`` stays).
        choices: what was chosen of each group; None: nothing.
        comments: by dotted key; of a whole file, by its group.
        folders: where configurations were looked for, the first first.
    """

    settings: Mapping[str, Any]
    choices: Mapping[str, str | None]
    comments: Mapping[str, str]
    folders: Sequence[Path]

    def groups(self) -> list[tuple[str, str]]:
        """A row for each group: its name, and its choices with the chosen one in brackets."""
        rows = []
        for group, names in find_groups(self.folders):
            chosen = self.choices.get(group)
            shown = (f"[{name}]" if name == chosen else name for name in names)
            rows.append((f"{group}=", ", ".join(shown)))
        return rows

    def sections(self, group: str | None = None) -> Iterator[list[str]]:
        """The lines of each group's settings, and of those in none; or of one group alone."""
        rest = {key: v for key, v in self.settings.items() if not isinstance(v, Mapping)}
        order = [*self.choices, *self.settings]
        for name, part in sorted(self.settings.items(), key=lambda item: order.index(item[0])):
            if name not in rest and part and group in (None, name):
                about = first_sentence(self.comments.get(name, ""))
                chosen = self.choices.get(name)
                choice = name if chosen is None else f"{name}={chosen}"
                title = f"{choice}: {about}" if about else choice
                yield headed(title, self._rows(part, f"{name}."), SETTINGS)
        if group is None:
            yield headed("In no group:", self._rows(rest, ""), SETTINGS)

    def _rows(self, settings: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
        for name, value in settings.items():
            key = f"{prefix}{name}"
            about = self.comments.get(key, "")
            if isinstance(value, Mapping) and value:
                if about:
                    yield f"{key}:", about
                yield from self._rows(value, "" if _holds_keys(value) else f"{key}.")
            elif name != "name" or about:  # a choice's own name says which one it is
                typed = spelled(value).replace("\\${", "${")  # so written: no interpolation
                yield f"{key}={typed}", about


def _holds_keys(settings: Mapping[str, Any]) -> bool:
    """Whether it is by settings' names, such as ``sweep.space``."""
    return any("." in key for key in settings)


def _compose(arguments: Sequence[str]) -> _Composed:
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.types import RunMode
    from omegaconf import OmegaConf

    grid = GRID in arguments
    overrides = protect((word for word in arguments if not word.startswith("-")), grid=grid)
    if grid:
        overrides = _single(overrides)
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        config = compose("train", overrides, return_hydra_config=True)
        loader = GlobalHydra.instance().config_loader()
        files = loader.compute_defaults_list("train", overrides, RunMode.RUN).defaults
    runtime = config.hydra.runtime
    folders = [Path(source.path) for source in runtime.config_sources if source.schema == "file"]
    in_order = [str(file.config_path).rpartition("/")[0] for file in files]
    choices = {str(group): choice for group, choice in runtime.choices.items()}
    choices = {group: choices[group] for group in in_order if group in choices} | choices
    comments: dict[str, str] = {}
    for file in files:  # what an experiment says of its own value comes after the setting's meaning
        found = (folder / f"{file.config_path}.yaml" for folder in folders)
        path = next((path for path in found if path.is_file()), None)
        if path is not None:
            head, by_key = read_comments(path, file.package or "")
            group, _, choice = str(file.config_path).rpartition("/")
            if choices.get(group) == choice:
                comments.setdefault(group, head)
            comments = by_key | comments
    shown = OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"])
    settings: Any = OmegaConf.to_container(shown)
    return _Composed(settings, choices, comments, folders)


def _single(overrides: list[str]) -> list[str]:
    """Overrides without those that hold several values."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parsed = OverridesParser.create().parse_overrides(overrides)
    return [word.input_line or "" for word in parsed if not word.is_sweep_override()]
