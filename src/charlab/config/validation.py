"""From plain data to a typed configuration, with every fault found at once.

Works on what Hydra composed, on what a checkpoint holds and on arguments of a command line alike.
"""

import contextlib
import dataclasses
import functools
import itertools
import math
import re
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from charlab.config.constraints import FREE_TEXT, ByName, Rule
from charlab.config.targets import KEY, Target, own_settings
from charlab.config.unknown_words import no_value, unknown_key
from charlab.errors import ConfigError, nearest

T = TypeVar("T")


class _FaultError(Exception):
    """One setting's fault, before its key is known."""


@dataclasses.dataclass(frozen=True)
class _Field:
    """A schema field: its name, its type, and what is annotated."""

    name: str
    hint: Any
    rule: Rule | None = None
    options: Mapping[str, type] | None = None
    target: type[Target] | None = None
    free_text: bool = False
    optional: bool = False  # a group of settings that may be left out, which is null

    def nested(self, part: Any) -> type | None:
        """The dataclass that a group of settings is checked against; None for a single one."""
        if self.options is not None:
            name = part.get("name") if isinstance(part, Mapping) else None
            return self.options.get(str(name), next(iter(self.options.values())))
        if dataclasses.is_dataclass(self.hint) and isinstance(self.hint, type):
            return self.hint
        return None


def build(schema: type[T], data: Mapping[str, Any], *, hints: bool = True) -> T:
    """Checks plain data against a schema dataclass and makes an instance of it.

    Args:
        data: nested mappings, lists and scalars.
        hints: whether to suggest the nearest known key for an unknown one.

    Raises:
        ConfigError: one line for every unknown or missing key, wrong type and value out of range.
    """
    faults: list[str] = []
    chosen = dotted_keys(schema, data) if hints else ()
    known = list(dict.fromkeys((*chosen, *dotted_keys(schema, {})))) if hints else []
    value = _build_dataclass(schema, data, "", faults, known)
    if faults:
        raise ConfigError(*faults)
    return typing.cast(T, value)


def check_some(schema: type, data: Mapping[str, Any], *, prefix: str) -> dict[str, Any]:
    """Checks values for some of a schema's fields, and gives them back in their fields' types.

    Args:
        data: values by the names of fields that it has.
        prefix: what stands before the names in messages ("trainer.").

    Raises:
        ConfigError: a line for each wrong type and each value out of range.
    """
    faults: list[str] = []
    fields = {field.name: field for field in _fields(schema)}
    values = {
        name: _build_field(fields[name], value, prefix + name, faults, [])
        for name, value in data.items()
    }
    if faults:
        raise ConfigError(*faults)
    return values


def dotted_keys(schema: type, data: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """All leaf keys of a schema ("model.hidden_size"), for the options that ``data`` chooses.

    Where it chooses none, the keys of all of them.
    """
    for field in _fields(schema):
        part = data.get(field.name)
        nested = field.nested(part)
        has_target = field.target is not None and isinstance(part, Mapping) and KEY in part
        if has_target or field.hint == dict[str, Target]:
            open_keys = part if isinstance(part, Mapping) else {}
            yield from (key for key, _ in flat(open_keys, f"{prefix}{field.name}."))
        elif field.options is not None and not isinstance(part, Mapping):
            choices = [dotted_keys(o, {}, f"{prefix}{field.name}.") for o in field.options.values()]
            yield from dict.fromkeys(itertools.chain(*choices))
        elif nested is None or (field.optional and field.name in data and part is None):
            yield prefix + field.name
        else:
            inner = part if isinstance(part, Mapping) else {}
            yield from dotted_keys(nested, inner, f"{prefix}{field.name}.")


def choices_with(schema: type, key: str) -> list[str]:
    """The choices of a group that have a setting of it: ``["optimizer=sgd"]``."""
    return [
        f"{field.name}={name}"
        for field in _fields(schema)
        for name, options in (field.options or {}).items()
        if key in dotted_keys(options, {}, f"{field.name}.")
    ]


def free_text_keys(schema: type, prefix: str = "") -> Iterator[str]:
    """The dotted keys whose values are the user's own words."""
    for field in _fields(schema):
        nested = field.nested({}) if field.options is None else None
        if field.free_text:
            yield prefix + field.name
        elif nested is not None:
            yield from free_text_keys(nested, f"{prefix}{field.name}.")


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


def flat(options: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested options as ("model.hidden_size", 256) and so on."""
    for name, value in options.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


@functools.cache
def _fields(schema: type) -> tuple[_Field, ...]:
    return tuple(_read_fields(schema))


def _read_fields(schema: type) -> Iterator[_Field]:
    for name, hint in typing.get_type_hints(schema, include_extras=True).items():
        if typing.get_origin(hint) is typing.ClassVar:
            continue
        extras = typing.get_args(hint)[1:] if hasattr(hint, "__metadata__") else ()
        kind = typing.get_args(hint)[0] if extras else hint
        first, *others = typing.get_args(kind) or (None,)
        optional = dataclasses.is_dataclass(first) and others == [types.NoneType]
        yield _Field(
            name,
            first if optional else kind,
            rule=next((extra for extra in extras if isinstance(extra, Rule)), None),
            options=next((extra.options for extra in extras if isinstance(extra, ByName)), None),
            target=next((extra.target for extra in extras if isinstance(extra, ByName)), None),
            free_text=FREE_TEXT in extras,
            optional=optional,
        )


def _build_dataclass(
    schema: type, data: Any, prefix: str, faults: list[str], known: list[str]
) -> Any:
    before = len(faults)
    if not isinstance(data, Mapping):
        faults.append(f"{prefix.rstrip('.') or 'the configuration'} must be a group of settings")
        return None
    values: dict[str, Any] = {}
    fields = {field.name: field for field in _fields(schema)}
    faults += [unknown_key(f"{prefix}{key}", known) for key in data if key not in fields]
    for name, field in fields.items():
        if name in data:
            values[name] = _build_field(field, data[name], prefix + name, faults, known)
        elif field.optional:
            values[name] = None
        else:
            faults.append(f"setting {prefix + name!r} is missing")
    return schema(**values) if len(faults) == before else None


def _build_field(field: _Field, value: Any, key: str, faults: list[str], known: list[str]) -> Any:
    if isinstance(value, Mapping) and field.target is not None and KEY in value:
        return _build_target(field.target, value, key, faults)
    if value is None and field.optional:
        return None
    if isinstance(value, Mapping) and field.options is not None:
        if "name" not in value:
            faults.append(f"setting {f'{key}.name'!r} is missing")
            return None
        word = str(value["name"])
        if word not in field.options:
            faults.append(f"{key}.name={word!r} is unknown: {nearest(word, sorted(field.options))}")
            return None
    nested = field.nested(value)
    if nested is not None:
        return _build_dataclass(nested, value, f"{key}.", faults, known)
    if field.hint == dict[str, Target]:
        return _build_targets(value, key, faults)
    try:
        converted = _convert(field.hint, value)
        rule = field.rule
        if rule is not None and converted is not None and not rule.holds(converted):
            raise _FaultError(no_value(rule, value))
    except _FaultError as fault:
        faults.append(f"{key} {fault}")
        return None
    return converted


def _build_target(
    kind: type[Target], value: Mapping[str, Any], key: str, faults: list[str]
) -> Target | None:
    before = len(faults)
    path = value[KEY]
    if not isinstance(path, str) or not re.fullmatch(r"[^\W\d][\w.-]*", path):
        faults.append(f"{key}.{KEY} must be the name of a class, got {path!r}")
    elif "name" in value and kind is not Target:
        faults.append(
            f"{key} has a name ({value['name']}) and a {KEY} ({path}), which are two: leave "
            f"{key}={value['name']} out; a recipe begins with '- override /{key}: null'"
        )
    fields = {field.name: field for field in _fields(kind)}
    own = {
        name: _build_field(fields[name], value[name], f"{key}.{name}", faults, [])
        for name in own_settings(kind)
        if name in value
    }
    rest = {str(k): v for k, v in value.items() if k != KEY and k not in own}
    faults += [
        f"{key}.{name} must be numbers, words, lists and groups of them, got {item!r}"
        for name, item in rest.items()
        if not _is_plain(item)
    ]
    return kind(path, rest, **own) if len(faults) == before else None


def _build_targets(value: Any, key: str, faults: list[str]) -> dict[str, Target] | None:
    """The targets of a group whose names are the user's own; null is none."""
    before = len(faults)
    if not isinstance(value, Mapping | None):
        faults.append(f"{key} must be a group of names, each with a {KEY}, got {value!r}")
        return None
    targets = {}
    for name, part in (value or {}).items():
        if isinstance(part, Mapping) and KEY in part:
            targets[str(name)] = _build_target(Target, part, f"{key}.{name}", faults)
        elif part is not None:  # null takes out what a file has
            faults.append(f"{key}.{name} needs a {KEY}: the name of its class")
    return typing.cast(dict[str, Target], targets) if len(faults) == before else None


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(k, str) and _is_plain(item) for k, item in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def _convert(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        if value is None:
            return None
        return _convert(inner[0], value)
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
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise _FaultError(f"must be a list, got {value!r}")
        return tuple(_convert(parts[0], item) for item in value)
    if isinstance(value, str) or not isinstance(value, (list, tuple)) or len(value) != len(parts):
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
