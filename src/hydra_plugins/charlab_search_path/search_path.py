"""Lets the user's own configurations win over charlab's. Every Hydra program here imports this."""

from typing import Any

from hydra.core.config_search_path import ConfigSearchPath, SearchPathQuery
from hydra.core.config_store import ConfigStore
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import OmegaConf


class CharlabSearchPath(SearchPathPlugin):
    """Puts the folders that charlab was given before the one of its primary configuration.

    Those of ``CHARLAB_PATH``, whose YAML files stand beside modules, come after it.
    ``open_groups``, which ``conf/train.yaml`` takes in, has the groups whose settings may have any
    name.
    """

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Changes the search path in place."""
        from charlab.config.hydra_settings import FIRST, OPEN_GROUPS, PROVIDER
        from charlab.registry import USER_PATH, user_folders

        groups: dict[str, Any] = {
            name: OmegaConf.create({}, flags={"struct": False}) for name in OPEN_GROUPS
        }
        ConfigStore.instance().store(name="open_groups", node=OmegaConf.create(groups))
        for folder in FIRST:
            search_path.prepend(PROVIDER, f"file://{folder}", SearchPathQuery(provider="main"))
        for folder in user_folders():
            search_path.append(USER_PATH, f"file://{folder}")
