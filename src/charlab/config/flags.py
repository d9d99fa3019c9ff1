"""The flags of ``train.py``: Hydra's own, anywhere among the overrides; any other is refused."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from charlab.config.groups import find_groups
from charlab.config.unknown_words import no_setting
from charlab.errors import ConfigError
from charlab.registry import user_folders
from charlab.system.entry_point import command_line, conf_folder

HELP = "--help"
GRID = "--multirun"
_SHELLS = ("bash", "fish", "zsh")
_SHOWN = ("job", "hydra", "all")
_SHORT = {
    "-h": HELP,
    "-c": "--cfg",
    "-p": "--package",
    "-r": "--run",
    "-m": GRID,
    "-sc": "--shell-completion",
    "-cp": "--config-path",
    "-cn": "--config-name",
    "-cd": "--config-dir",
    "-i": "--info",
}
_RERUN = "--experimental-rerun"
_WITH_VALUE = {"--cfg", "--package", "--config-path", "--config-name", "--config-dir", _RERUN}
_INFO = ("", "all", "config", "defaults", "defaults-tree", "plugins", "searchpath")
_LONG = {*_SHORT.values(), "--hydra-help", "--resolve", _RERUN}


def refuse_flags(arguments: Sequence[str], known: Sequence[str]) -> None:
    """Refuses whatever is no ``key=value``, with the setting that it may stand for.

    Raises:
        ConfigError: if there is such a word.
    """
    for word, following in zip(arguments, [*arguments[1:], None], strict=True):
        _require_setting(word, following, known)


def sort_flags(arguments: Sequence[str], known: Sequence[str]) -> tuple[list[str], list[str]]:
    """Separates flags from overrides, which Hydra takes only in one piece.

    Returns:
        The flags by their long names, a value as in ``--cfg=job``; and the other words.

    Raises:
        ConfigError: if a word is neither, or flags do not go together.
    """
    flags: list[str] = []
    rest: list[str] = []
    waiting = [HELP if word == "help" else word for word in arguments]
    while waiting:
        word = waiting.pop(0)
        following = waiting[0] if waiting else None
        name, equals, value = word.partition("=")
        name = _long_name(name)
        if name not in _LONG:
            if not word.startswith("~"):
                _require_setting(word, following, known, [*_LONG, "--version"])
            rest.append(word)
            continue
        is_bare = following is not None and not following.startswith("-") and "=" not in following
        if not equals and (name in _WITH_VALUE or (name == "--info" and is_bare)):
            if following is None:
                raise ConfigError(f"{word} takes a value: {name}=…")
            equals, value = "=", waiting.pop(0)
        elif name == "--info" and not equals:
            equals, value = "=", "all"  # Hydra would take the next word for its value
        flags.append(f"{name}{equals}{value}")
    _require_sense(dict(flag.partition("=")[::2] for flag in flags), rest)
    return flags, rest


def _require_setting(
    word: str,
    following: str | None,
    known: Sequence[str],
    flags: Iterable[str] = ("--help", "--version"),
) -> None:
    if word.startswith(("-", "–", "—")) or "=" not in word:
        raise ConfigError(no_setting(word, following, known, flags, _choices()))


def _choices() -> list[str]:
    """What a group may be set to, as it is typed: ``model=gru``."""
    folders = [Path("conf"), *map(Path, user_folders()), conf_folder()]
    return [f"{group}={name}" for group, names in find_groups(folders) for name in names]


def _long_name(flag: str) -> str:
    """A flag in full: short ones and unmistakable beginnings of long ones count."""
    found = [name for name in _LONG if name.startswith(flag)]
    if flag in _LONG or not flag.startswith("--") or len(found) != 1:
        return _SHORT.get(flag, flag)
    return found[0]


def _require_sense(flags: dict[str, str], rest: Sequence[str]) -> None:
    if _RERUN in flags:
        raise ConfigError(f"{_RERUN} reads a pickle, which can run code: a run goes on by resume=…")
    if "--hydra-help" in flags and rest:
        raise ConfigError(f"--hydra-help goes alone: leave {rest[0]} out")
    if flags.get("--cfg", "job") not in _SHOWN:
        raise ConfigError(f"--cfg shows {', '.join(_SHOWN)}, not {flags['--cfg']!r}")
    if flags.get("--info", "") not in _INFO:
        raise ConfigError(f"--info shows {', '.join(_INFO[1:])}, not {flags['--info']!r}")
    if "--resolve" in flags and not {"--cfg", HELP} & set(flags):
        raise ConfigError("--resolve goes with --cfg job: it shows values instead of ${…}")
    if "--package" in flags and "--cfg" not in flags:
        raise ConfigError("--package goes with --cfg job: it shows one group, as model")
    wanted = {f"{what}={shell}" for what in ("install", "uninstall", "query") for shell in _SHELLS}
    if "--shell-completion" in flags and len(wanted.intersection(rest)) != 1:
        raise ConfigError(
            "--shell-completion goes with install=SHELL or uninstall=SHELL, SHELL being bash, fish "
            f'or zsh, as in: eval "$({command_line("train")} --shell-completion install=bash)"'
        )
