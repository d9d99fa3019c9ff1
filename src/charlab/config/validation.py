"""From plain data to a typed configuration, with every fault found at once.

Works on what Hydra composed, on what a checkpoint holds and on arguments of a command line alike.
"""

import contextlib
import dataclasses
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from charlab.config.fields import Field, dotted_keys, fields_of, type_of
from charlab.config.targets import KEY, Target, own_settings
from charlab.config.unknown_words import no_value, unknown_key
from charlab.errors import ConfigError, nearest

T = TypeVar("T")


class _FaultError(Exception):
    """One setting's fault, before its key is known."""


def build(schema: type[T], data: Mapping[str, Any], *, hints: bool = True) -> T:
    """Checks plain data against a schema dataclass and makes an instance of it.

    Args:
        data: nested mappings, lists and scalars.
        hints: whether to suggest the nearest known key for an unknown one.

    Raises:
        ConfigError: one line for every unknown or missing key, wrong type and value out of range.
    """

    def known() -> list[str]:
        return list(dict.fromkeys((*dotted_keys(schema, data), *dotted_keys(schema, {}))))

    check = _Check(known if hints else list)
    value = check.group(schema, data, "")
    check.raise_faults()
    return typing.cast(T, value)


def check_some(schema: type, data: Mapping[str, Any], *, prefix: str) -> dict[str, Any]:
    """Checks values for some of a schema's fields, and gives them back in their fields' types.

    Args:
        data: values by the names of fields that it has.
        prefix: what stands before the names in messages ("trainer.").

    Raises:
        ConfigError: a line for each wrong type and each value out of range.
    """
    check, fields = _Check(), fields_of(schema)
    values = {name: check.setting(fields[name], v, prefix + name) for name, v in data.items()}
    check.raise_faults()
    return values


def to_plain(value: Any) -> Any:
    """A dataclass instance as nested dicts, lists and scalars: what a checkpoint may hold."""
    if isinstance(value, Target):
        return value.to_plain()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict) and any(isinstance(item, Target) for item in value.values()):
        return {key: to_plain(item) for key, item in value.items()}
    return value


class _Check:
    """Makes values of plain data; where that cannot be, notes the faults and gives None.

    Args:
        known: gives the keys that an unknown one may have been meant to be.
    """

    def __init__(self, known: Callable[[], list[str]] = list) -> None:
        self.known = known
        self.faults: list[str] = []

    def raise_faults(self) -> None:
        if self.faults:
            raise ConfigError(*self.faults)

    def group(self, schema: type, data: Any, prefix: str) -> Any:
        """What a schema is of."""
        before = len(self.faults)
        if not isinstance(data, Mapping):
            self.faults.append(
                f"{prefix.rstrip('.') or 'the configuration'} must be a group of settings"
            )
            return None
        values: dict[str, Any] = {}
        fields = fields_of(schema)
        self.faults += [
            unknown_key(f"{prefix}{key}", self.known()) for key in data if key not in fields
        ]
        for name, field in fields.items():
            if name in data:
                values[name] = self.setting(field, data[name], prefix + name)
            elif field.optional:
                values[name] = None
            else:
                self.faults.append(f"setting {prefix + name!r} is missing")
        return schema(**values) if len(self.faults) == before else None

    def setting(self, field: Field, value: Any, key: str) -> Any:
        """What a field's type is of, within its rule."""
        if isinstance(value, Mapping) and field.target is not None and KEY in value:
            return self._target(field.target, value, key)
        if value is None and field.optional:
            return None
        if isinstance(value, Mapping) and field.options is not None:
            if "name" not in value:
                self.faults.append(f"setting {f'{key}.name'!r} is missing")
                return None
            if (word := str(value["name"])) not in field.options:
                near = nearest(word, sorted(field.options))
                self.faults.append(f"{key}.name={word!r} is unknown: {near}")
                return None
        if (nested := field.nested(value)) is not None:
            return self.group(nested, value, f"{key}.")
        if field.hint == dict[str, Target]:
            return self._targets(value, key)
        try:
            converted = _convert(field.hint, value)
            if field.rule is not None and converted is not None and not field.rule.holds(converted):
                raise _FaultError(no_value(field.rule, value))
        except _FaultError as fault:
            self.faults.append(f"{key} {fault}")
            return None
        return converted

    def _target(self, kind: type[Target], value: Mapping[str, Any], key: str) -> Target | None:
        before = len(self.faults)
        path = value[KEY]
        if not isinstance(path, str) or not re.fullmatch(r"[^\W\d][\w.-]*", path):
            self.faults.append(f"{key}.{KEY} must be the name of a class, got {path!r}")
        elif "name" in value and kind is not Target:
            self.faults.append(
                f"{key} has a name ({value['name']}) and a {KEY} ({path}), which are two: leave "
                f"{key}={value['name']} out; a recipe begins with '- override /{key}: null'"
            )
        fields = fields_of(typing.cast(type, kind))
        own = {
            name: self.setting(fields[name], value[name], f"{key}.{name}")
            for name in own_settings(kind)
            if name in value
        }
        rest = {str(k): v for k, v in value.items() if k != KEY and k not in own}
        self.faults += [
            f"{key}.{name} must be numbers, words, lists and groups of them, got {item!r}"
            for name, item in rest.items()
            if not _is_plain(item)
        ]
        return kind(path, rest, **own) if len(self.faults) == before else None

    def _targets(self, value: Any, key: str) -> dict[str, Target | None]:
        """The targets of a group whose names are the user's own; null is none."""
        if not isinstance(value, Mapping | None):
            self.faults.append(f"{key} must be a group of names, each with a {KEY}, got {value!r}")
            return {}
        targets = {}
        for name, part in (value or {}).items():
            if isinstance(part, Mapping) and KEY in part:
                targets[str(name)] = self._target(Target, part, f"{key}.{name}")
            elif part is not None:  # null takes out what a file has
                self.faults.append(f"{key}.{name} needs a {KEY}: the name of its class")
        return targets


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(k, str) and _is_plain(item) for k, item in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def _convert(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _convert(type_of(hint), value)
    if origin is tuple:
        return _convert_tuple(typing.get_args(hint), value)
    if origin is dict:
        return _convert_group(typing.get_args(hint)[1], value)
    return _convert_scalar(hint, value)


def _convert_group(kind: Any, value: Any) -> dict[str, Any]:
    """A mapping of the user's own keys; null is an empty one."""
    if not isinstance(value, Mapping | None):
        raise _FaultError(f"must be a group of settings, got {value!r}")
    items = (value or {}).items()
    return {str(k): item if kind is Any else _convert_scalar(kind, item) for k, item in items}


def _convert_tuple(parts: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if parts[1:] == (...,):
        if not isinstance(value, list | tuple):
            raise _FaultError(f"must be a list, got {value!r}")
        return tuple(_convert(parts[0], item) for item in value)
    if not isinstance(value, list | tuple) or len(value) != len(parts):
        raise _FaultError(f"must be a list of {len(parts)} numbers, got {value!r}")
    return tuple(_convert_scalar(part, item) for part, item in zip(parts, value, strict=True))


_BEYOND = 2**63  # what follows keeps numbers in 64 bits
WANTED = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def _convert_scalar(kind: type, value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and is_number and (isinstance(value, int) or value.is_integer()):
        if abs(value) >= _BEYOND:
            raise _FaultError("must be below 2^63: no count here needs more")
        return int(value)  # 1e4 is how people write ten thousand
    if kind is float and is_number:
        with contextlib.suppress(OverflowError):  # a whole number beyond all floats
            if math.isfinite(value):
                return float(value)
    if kind is str and (is_number or isinstance(value, str)):
        return str(value)
    raise _FaultError(f"must be {WANTED[kind]}, got {value!r}")
