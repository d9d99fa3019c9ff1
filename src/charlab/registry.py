"""Known names and what they stand for: the way from a word in a config to a class.

A checkpoint may come from a stranger, so what it names is looked up here, never imported by path.
"""

import importlib
import os
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from charlab.errors import ConfigError, nearest

T = TypeVar("T")


Member = TypeVar("Member")

USER_PATH = "CHARLAB_PATH"


def user_folders(group: str = "") -> list[str]:
    """The folders of the user's own that the environment variable ``CHARLAB_PATH`` names.

    Each is laid out as ``conf/``, and holds a member's module beside its YAML file:
    ``model/mgu.py`` and ``model/mgu.yaml``. Several are separated as in ``PATH``.

    Args:
        group: the group of the configuration whose subfolders are meant; "": the folders.

    Raises:
        ConfigError: if one is not there.
    """
    folders = [Path(name) for name in os.environ.get(USER_PATH, "").split(os.pathsep) if name]
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"{USER_PATH} names {str(folder)!r}, which is no folder")
    return [str(folder.resolve() / group) for folder in folders]


class Registry(Generic[T]):
    """Members by name, registered by a decorator where they are defined.

    Args:
        kind: what a member is, for messages ("model").
        package: the package whose modules hold the members. All its modules are imported at the
            first look-up, so that a new member is one new file and no edit elsewhere.
        inside: of a member that is a folder, the module that registers it; "": its ``__init__``.

    A module whose name begins with an underscore helps others and holds none.
    """

    def __init__(self, kind: str, package: str, inside: str = "") -> None:
        self.kind = kind
        self._inside = inside
        self._package = package
        self._members: dict[str, T] = {}
        self._discovered = False

    def register(self, name: str) -> Callable[[Member], Member]:
        """Enters the decorated class or function under ``name``.

        Raises:
            ValueError: if the name is taken.
        """

        def main(member: Member) -> Member:
            if name in self._members:
                raise ValueError(f"two members of the registry of {self.kind}s are called {name!r}")
            self._members[name] = member  # type: ignore[assignment]  # T is checked at the use
            return member

        return main

    def __getitem__(self, name: str) -> T:
        """The member of that name.

        Raises:
            ConfigError: if there is none; names the nearest.
        """
        members = self._all()
        if name not in members:
            raise ConfigError(f"unknown {self.kind} {name!r}: {nearest(name, sorted(members))}")
        return members[name]

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._all())

    def _all(self) -> dict[str, T]:
        if not self._discovered:
            package = importlib.import_module(self._package)
            found: set[str] = set()
            for folder in package.__path__:
                for module in _modules([folder]):
                    if module.name in found:
                        raise ConfigError(
                            f"{folder}/{module.name}: there is a module of that name already, of "
                            f"charlab or of another folder in {USER_PATH}; call yours otherwise"
                        )
                    found.add(module.name)
                    inside = f".{self._inside}" if module.ispkg and self._inside else ""
                    importlib.import_module(f"{self._package}.{module.name}{inside}")
            self._discovered = True
        return self._members


class OptionsOf(Mapping[str, type[T]]):
    """The schema of each member's options, by the member's name, found without its other code.

    A member is a module that holds a class ``Options``, or a folder whose module ``options`` does;
    without one it has the options that all have. Each is imported when it is asked for, so that a
    configuration is checked before anything heavy is imported.

    Args:
        group: the group of the configuration ("model"); a module of that name is no member.
        package: the package that the members belong to.
        base: what ``Options`` is a subclass of.
        known: the options of charlab's own members; None: they stand in the members' modules.
    """

    def __init__(
        self,
        group: str,
        package: str,
        base: type[T],
        known: Mapping[str, type[T]] | None = None,
    ) -> None:
        self._group = group
        self._package = package
        self._base = base
        self._known = known

    def _modules(self) -> dict[str, bool]:
        """The names of members in modules, and whether each is a folder."""
        folders: Iterable[str] = user_folders(self._group)
        if self._known is None:
            folders = importlib.import_module(self._package).__path__
        found = {module.name: module.ispkg for module in _modules(folders)}
        return {name: found[name] for name in sorted(found) if name != self._group}

    def __getitem__(self, name: str) -> type[T]:
        if self._known and name in self._known:
            return self._known[name]
        path = f"{self._package}.{name}{'.options' if self._modules()[name] else ''}"
        options: type[T] = getattr(importlib.import_module(path), "Options", self._base)
        assert issubclass(options, self._base), f"{path}.Options is no {self._base.__name__}"
        return options

    def __iter__(self) -> Iterator[str]:
        return iter({**(self._known or {}), **self._modules()})

    def __len__(self) -> int:
        return len(list(iter(self)))


def _modules(folders: Iterable[str]) -> Iterator[pkgutil.ModuleInfo]:
    """What lies in folders; a name that begins with an underscore is no member's."""
    return (module for module in pkgutil.iter_modules(folders) if module.name[0] != "_")
