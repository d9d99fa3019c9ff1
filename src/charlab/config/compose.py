"""Composing a run's configuration from words, in any process, as ``train.py`` would."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charlab.config.hydra_app import explained
from charlab.config.hydra_settings import PROVIDER, looked_into_first, own_configurations
from charlab.config.overrides import quote
from charlab.config.validation import to_plain
from charlab.registry import USER_PATH
from charlab.system.entry_point import conf_folder

if TYPE_CHECKING:
    from omegaconf import DictConfig


@dataclass(frozen=True)
class Composition:
    """Where configurations come from; plain data.

    Attributes:
        config_dir: the folder of the primary configuration.
        config_name: its name.
        search_path: further places that groups are looked for in.
        hydra_words: the command line's overrides of Hydra's own settings.
        first: folders of the user's that are looked into before ``config_dir``.
    """

    config_dir: str
    config_name: str
    search_path: tuple[str, ...]
    hydra_words: tuple[str, ...]
    first: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: "DictConfig") -> "Composition":
        """What composed a configuration (with its ``hydra`` node)."""
        sources = [s for s in config.hydra.runtime.config_sources if s.schema == "file"]
        first = [str(source.path) for source in sources if source.provider == PROVIDER]
        found_anyway = (PROVIDER, USER_PATH)
        folders = [str(source.path) for source in sources if source.provider not in found_anyway]
        arguments = [
            str(word)
            for word in config.hydra.overrides.hydra
            if not str(word).lstrip("+").startswith(("hydra.searchpath=", "hydra.mode="))
        ]
        return cls(
            config_dir=folders[0],
            config_name=str(config.hydra.job.config_name),
            search_path=tuple(f"file://{folder}" for folder in folders[1:]),
            hydra_words=tuple(arguments),
            first=tuple(first),
        )

    @property
    def arguments(self) -> tuple[str, ...]:
        """What an ordinary command line needs besides a run's overrides to find what they name."""
        arguments = [f"--config-dir={folder}" for folder in self.first]
        folder = Path(self.config_dir)  # gone where a study comes from another machine
        if folder.is_dir() and folder.resolve() != conf_folder().resolve():
            arguments.append(f"--config-path={self.config_dir}")
        if self.config_name != "train":
            arguments.append(f"--config-name={self.config_name}")
        return (*arguments, *self._search())

    @classmethod
    def here(cls) -> "Composition":
        """charlab's own configurations, after those in ``./conf``."""
        folders, _ = own_configurations([])
        return cls(str(conf_folder()), "train", (), (), tuple(folders))

    def _search(self) -> tuple[str, ...]:
        places = ",".join(quote(place) for place in self.search_path)
        return (f"hydra.searchpath=[{places}]",) if places else ()

    def to_plain(self) -> dict[str, Any]:
        """For another process."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Composition":
        """What :meth:`to_plain` gave."""
        lists = {key: tuple(plain.get(key, ())) for key in ("search_path", "hydra_words", "first")}
        return cls(plain["config_dir"], plain["config_name"], **lists)

    def compose(self, arguments: Sequence[str]) -> "DictConfig":
        """The configuration that overrides make.

        Raises:
            ConfigError: if they make none.
        """
        from hydra import compose, initialize_config_dir
        from hydra.core.global_hydra import GlobalHydra

        overrides = [*arguments, *self.hydra_words, *self._search()]
        before = dict(GlobalHydra.instance().__dict__)
        GlobalHydra.instance().clear()
        try:
            with (
                explained(),
                looked_into_first(self.first),
                initialize_config_dir(self.config_dir, version_base="1.3"),
            ):
                return compose(self.config_name, overrides)
        finally:
            GlobalHydra.instance().__dict__.update(before)
