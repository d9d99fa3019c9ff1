"""Known names and what they stand for: the way from a word in a config to a class.

A checkpoint may come from a stranger, so what it names is looked up here, never imported by path.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from charlab.errors import ConfigError, nearest

T = TypeVar("T")


Member = TypeVar("Member")


class Registry(Generic[T]):
    """Members by name, registered by a decorator where they are defined.

    Args:
        kind: what a member is, for messages ("model").
        package: the package whose modules hold the members. All its modules are imported at the
            first look-up, so that a new member is one new file and no edit elsewhere.
        inside: of a member that is a folder, the module that registers it; "": its ``__init__``.
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
            for module in pkgutil.iter_modules(package.__path__, f"{self._package}."):
                inside = f".{self._inside}" if module.ispkg and self._inside else ""
                importlib.import_module(module.name + inside)
            self._discovered = True
        return self._members


class OptionsOf(Mapping[str, type[T]]):
    """The schema of each member's options, by the member's name, found without its other code.

    A member is a module of the package that holds a class ``Options``, or a folder whose module
    ``options`` does. Each is imported when it is asked for, so that a configuration is checked
    before anything heavy is imported.

    Args:
        package: the package whose modules are the members.
        base: what ``Options`` is a subclass of; the module that defines the members' contract is
            called after the package, without its plural, and is none of them.
    """

    def __init__(self, package: str, base: type[T]) -> None:
        self._package = package
        self._base = base

    def _modules(self) -> dict[str, bool]:
        """The members' names, and whether each is a folder."""
        package = importlib.import_module(self._package)
        contract = self._package.rpartition(".")[2].removesuffix("s")
        found = {module.name: module.ispkg for module in pkgutil.iter_modules(package.__path__)}
        return {name: found[name] for name in sorted(found) if name != contract}

    def __getitem__(self, name: str) -> type[T]:
        path = f"{self._package}.{name}{'.options' if self._modules()[name] else ''}"
        options: type[T] = importlib.import_module(path).Options
        assert issubclass(options, self._base), f"{path}.Options is no {self._base.__name__}"
        return options

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules())

    def __len__(self) -> int:
        return len(self._modules())
