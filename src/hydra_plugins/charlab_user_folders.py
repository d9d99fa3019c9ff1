"""Lets Hydra find the YAML files of the user's own members. Every Hydra program imports this."""

from hydra.core.config_search_path import ConfigSearchPath
from hydra.plugins.search_path_plugin import SearchPathPlugin

from charlab.registry import user_folders


class CharlabUserFolders(SearchPathPlugin):
    """Adds the folders that ``CHARLAB_PATH`` names to those in which groups are looked for."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Appends them, so that charlab's own files come first."""
        for folder in user_folders():
            search_path.append(provider="charlab-user", path=f"file://{folder}")
