"""What a sweep searches: Hydra's own sweep syntax as Optuna's distributions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from charlab.errors import ConfigError

if TYPE_CHECKING:
    from hydra.core.config_loader import ConfigLoader
    from hydra.core.override_parser.types import Override
    from optuna.distributions import BaseDistribution

Scalar = None | bool | int | float | str
_PLAIN_WORD = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_NO_TEXT = ("null", "true", "false", "nan", "inf")
_GOLDEN = 0.381966
_EXAMPLES = "choice(64,128), range(1,4), interval(0,0.5) or tag(log,interval(1e-4,1e-2))"


@dataclass(frozen=True)
class Parameter:
    """One setting that is searched.

    Attributes:
        key: the setting ("optimizer.lr"), or a group ("model").
        text: the search as the user wrote it, in Hydra's syntax.
    """

    key: str
    text: str

    @cached_property
    def distribution(self) -> "BaseDistribution":
        """The same for Optuna.

        Raises:
            ConfigError: if the text is no search, or one that fits no value.
        """
        return _distribution(self)

    @cached_property
    def _choices(self) -> dict[Scalar, str]:
        return _choices(_parse(f"{self.key}={self.text}"))

    def word(self, value: Any) -> str:
        """The override that gives a run this value."""
        from optuna.distributions import CategoricalDistribution

        if isinstance(self.distribution, CategoricalDistribution):
            return f"{self.key}={self._choices[value]}"
        return f"{self.key}={value!r}"

    def extremes(self) -> list[Any]:
        """What is tried before the first trial: every value of a choice; a range's ends.

        Of an interval also a number between them: both ends can be whole by chance.
        """
        from optuna.distributions import CategoricalDistribution

        distribution: Any = self.distribution
        if isinstance(distribution, CategoricalDistribution):
            return list(distribution.choices)
        low, high = distribution.low, distribution.high
        between = [low + _GOLDEN * (high - low)] if self.points() is None else []
        return list(dict.fromkeys((low, *between, high)))

    def points(self) -> list[Any] | None:
        """All values, where they can be counted; None for an interval."""
        from optuna.distributions import FloatDistribution

        distribution: Any = self.distribution
        if hasattr(distribution, "choices"):
            return list(distribution.choices)
        if isinstance(distribution, FloatDistribution) and distribution.step is None:
            return None
        count = round((distribution.high - distribution.low) / distribution.step)
        return [_stepped(distribution.low, distribution.step, i) for i in range(count + 1)]


def read_space(
    stored: Mapping[str, str], words: Sequence[str], loader: "ConfigLoader | None" = None
) -> tuple[dict[str, Parameter], list[str]]:
    """Separates what is searched from what is fixed.

    Args:
        stored: the searches of the configuration, setting -> Hydra's syntax.
        words: the command line's overrides; the last one for a setting counts, and a plain value
            there takes the setting out of the search.
        loader: finds a group's choices for ``glob(…)``.

    Returns:
        The parameters by setting, and the overrides that all trials share.

    Raises:
        ConfigError: if a search cannot be read or fits no value.
    """
    space: dict[str, Parameter] = {}
    fixed: dict[str, str] = {}
    for word in (*(f"{key}={text}" for key, text in stored.items()), *words):
        override = _parse(word, loader)
        key = override.get_key_element()
        bare = key.lstrip("+~")
        space.pop(bare, None)
        fixed.pop(bare, None)
        if override.is_sweep_override():
            space[bare] = Parameter(key, _canonical(override, word))
        else:
            fixed[bare] = word
    for parameter in space.values():
        parameter.distribution  # noqa: B018  (a search that fits no value is found here)
    return space, list(fixed.values())


def words_of(space: Iterable[Parameter], values: Mapping[str, Any]) -> list[str]:
    """The overrides of a trial, from the values of its parameters."""
    return [p.word(values[p.key]) for p in space if p.key in values]


def _parse(word: str, loader: "ConfigLoader | None" = None) -> "Override":
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    key, _, text = word.partition("=")
    if text.replace(" ", "") in ("choice()", "choice"):
        raise ConfigError(f"{key}={text} is a choice of nothing: give it values, {_EXAMPLES}")
    try:
        override = OverridesParser.create(loader).parse_override(word)
    except HydraException as error:
        reason = str(error).splitlines()[0]
        if "NoneType is incompatible" in reason and "choice(" in text:
            raise ConfigError(
                f"{word}: Hydra's choice(…) takes no null; write the values bare, as {key}=null,1"
            ) from error
        raise ConfigError(f"{word} cannot be read ({reason}); a search is {_EXAMPLES}") from error
    override.config_loader = loader  # a glob looks there; the parser sets it for lists only
    return override


def _canonical(override: "Override", word: str) -> str:
    """The search as text that can be read again anywhere: the files behind a glob are choices."""
    from hydra.core.override_parser.types import Transformer, ValueType

    if override.value_type != ValueType.GLOB_CHOICE_SWEEP:
        return word.partition("=")[2].strip()
    found = sorted(str(text) for text in override.sweep_iterator(Transformer.str))
    if not found:
        raise ConfigError(f"{word} finds nothing to choose from")
    return f"choice({','.join(found)})"


def _distribution(parameter: Parameter) -> "BaseDistribution":
    from hydra.core.override_parser.types import ValueType
    from optuna.distributions import CategoricalDistribution

    override = _parse(f"{parameter.key}={parameter.text}")
    kind = override.value_type
    if kind == ValueType.INTERVAL_SWEEP:
        return _interval(parameter, override.value())
    if kind == ValueType.RANGE_SWEEP:
        return _range(parameter, override.value())
    choices = list(_choices(override))
    if not choices:
        raise ConfigError(f"{parameter.key}={parameter.text} is a choice of nothing")
    return CategoricalDistribution(choices)


def _choices(override: "Override") -> dict[Scalar, str]:
    """Each choice's value for Optuna -> its text for Hydra. Lists stand for themselves as text."""
    from hydra.core.override_parser.types import QuotedString, Transformer

    choices: dict[Scalar, str] = {}
    for element in override.sweep_iterator(Transformer.identity):
        item: Any = element
        value = item.text if isinstance(item, QuotedString) else item
        text = _quoted(value) if isinstance(value, str) else str(Transformer.str(item))
        choices[value if isinstance(value, Scalar) else text] = text
    return choices


def _quoted(text: str) -> str:
    """Text as Hydra reads it back: '1' and 'null' stay text, and any character passes."""
    from hydra.core.override_parser.types import Quote, QuotedString

    if _PLAIN_WORD.fullmatch(text) and text.lower() not in _NO_TEXT:
        return text
    return QuotedString(text=text, quote=Quote.single).with_quotes()


def _is_log(parameter: Parameter, sweep: Any) -> bool:
    unknown = sorted(sweep.tags - {"log"})
    if unknown:
        raise ConfigError(
            f"{parameter.key}={parameter.text}: the tag {unknown[0]!r} is unknown; there is log"
        )
    return "log" in sweep.tags


def _interval(parameter: Parameter, sweep: Any) -> "BaseDistribution":
    from optuna.distributions import FloatDistribution, IntDistribution

    log = _is_log(parameter, sweep)
    _require_order(parameter, sweep.start, sweep.end, log=log)
    if isinstance(sweep.start, int) and isinstance(sweep.end, int):
        return IntDistribution(sweep.start, sweep.end, log=log)
    return FloatDistribution(float(sweep.start), float(sweep.end), log=log)


def _range(parameter: Parameter, sweep: Any) -> "BaseDistribution":
    """Hydra's range leaves its end out."""
    from optuna.distributions import FloatDistribution, IntDistribution

    log = _is_log(parameter, sweep)
    values = sorted(sweep.range())
    if not values:
        raise ConfigError(
            f"{parameter.key}={parameter.text} holds no value: a range leaves its end out"
        )
    _require_order(parameter, values[0], values[-1], log=log)
    step = abs(sweep.step)
    if log and step != 1:
        raise ConfigError(
            f"{parameter.key}={parameter.text}: a logarithmic range has no step; "
            "use tag(log,int(interval(low,high)))"
        )
    if all(isinstance(value, int) for value in values):
        return IntDistribution(values[0], values[-1], log=log, step=1 if log else int(step))
    low, step = float(values[0]), float(step)
    return FloatDistribution(low, _stepped(low, step, len(values) - 1), step=step)


def _stepped(low: Any, step: Any, count: int) -> Any:
    """``low + count * step`` as written on paper: 0.1 + 2 × 0.1 is 0.3, as it is for Optuna."""
    if isinstance(step, int):
        return low + count * step
    return float(Decimal(str(low)) + count * Decimal(str(step)))


def _require_order(parameter: Parameter, low: float, high: float, *, log: bool) -> None:
    if low > high:
        raise ConfigError(f"{parameter.key}={parameter.text} holds no value: {low} is above {high}")
    if log and low <= 0:
        raise ConfigError(f"{parameter.key}={parameter.text}: a logarithmic scale starts above 0")
