"""What tells a run apart from others: its name in loggers, and the settings that they list."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from charlab.config.fields import flat, free_text_keys
from charlab.config.schema import RunOptions, is_incidental
from charlab.config.validation import to_plain

# What people vary first.
_FIRST = (
    "model.name",
    "task.name",
    "dataset.name",
    "optimizer.lr",
    "model.hidden_size",
    "model.num_layers",
    "model.dropout",
    "dataset.seq_len",
    "dataset.batch_size",
    "seed",
)
_GROUPS = ("model", "task", "dataset", "optimizer", "scheduler")
_IN_FOLDER = ("task.name", "dataset.name", "model.name")  # a run's folder says them
_INIT = "init.run"
_LONGEST = 60


class RunName:
    """A run's name and settings as loggers show them.

    Args:
        options: the run's.
        folder: its folder.
        overrides: the words that made it.
        searched: of a sweep's trial, those of them that other trials have otherwise; None: it is
            none.
    """

    def __init__(
        self,
        options: RunOptions,
        folder: Path,
        overrides: Sequence[str],
        searched: Sequence[str] | None = None,
    ) -> None:
        self._options = options
        self._folder = folder
        self._is_trial = searched is not None
        self._changed = _changed(overrides if searched is None else searched)

    @property
    def label(self) -> str:
        """What was changed, as a folder can be called; "" if nothing was that tells runs apart."""
        left_out = () if self._is_trial else _IN_FOLDER
        parts = [
            f"{_short(key)}={_brief(key, value)}"
            for key, value in self._changed.items()
            if key not in left_out and not key.startswith("trainer.")
        ]
        shown, more = parts, 0
        while len(",".join(shown)) > _LONGEST and len(shown) > 1:
            shown, more = shown[:-1], more + 1
        text = ",".join([*shown, *([f"and_{more}_more"] if more else [])])
        return re.sub(r"[^\w.,=+-]", "-", text)[: 2 * _LONGEST].lstrip(".")

    @property
    def title(self) -> str:
        """The run in words: its sweep and number, or what it does on which data, and the label."""
        options = self._options
        kind = (options.task.name, options.dataset.name, options.model.name)
        words = (self._folder.parent.name, self._folder.name) if self._is_trial else kind
        return " ".join(filter(None, [*words, self.label]))

    @property
    def sweep(self) -> str | None:
        """The name of a trial's sweep."""
        return self._folder.parent.name if self._is_trial else None

    def all_settings(self) -> dict[str, str | float | bool]:
        """Every setting, flat."""
        return {
            name: value if isinstance(value, bool | int | float | str) else str(value)
            for name, value in flat(to_plain(self._options))
            if value is not None  # a word among a column's numbers would make all of them words
        }

    def settings(self) -> dict[str, str | float | bool]:
        """The settings to compare runs by: those that people vary first, and what was changed.

        Of a trial what is searched: the rest is the same in its whole sweep.
        """
        first = () if self._is_trial and self._changed else _FIRST
        all_settings = self.all_settings()
        keys = dict.fromkeys([*first, *self._changed])
        return {key: all_settings[key] for key in keys if key in all_settings}


def _changed(overrides: Iterable[str]) -> dict[str, str]:
    """Settings that overrides change, by their keys; what changes no result is left out."""
    changed = {}
    texts = set(free_text_keys(RunOptions)) - {*_IN_FOLDER, _INIT}
    for word in overrides:
        key, equals, value = word.lstrip("+").partition("=")
        key = f"{key}.name" if key in _GROUPS else key
        if equals and not is_incidental(key) and key not in texts:
            changed[key] = value.strip("'\"")
    return changed


def _short(key: str) -> str:
    """The last part of a key; of a group's name, and of ``init=``, the group."""
    return "init" if key == _INIT else key.removesuffix(".name").rpartition(".")[2]


def _brief(key: str, value: str) -> str:
    """A number in four digits, of a run its folder's name, anything else as it is."""
    if key == _INIT:
        return Path(value).name
    try:
        number = float(value)
    except ValueError:
        return value
    return value if value.lstrip("-").isdigit() else f"{number:.4g}"
