"""One searched setting: Hydra's own sweep syntax as Optuna's distribution, and back."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import (
    Override,
    Quote,
    QuotedString,
    Sweep,
    Transformer,
    ValueType,
)
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from charlab.errors import ConfigError

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

    def __str__(self) -> str:
        return f"{self.key}={self.text}"

    @cached_property
    def distribution(self) -> BaseDistribution:
        """The same for Optuna.

        Raises:
            ConfigError: if the text is no search, or one that fits no value.
        """
        return _distribution(self)

    @cached_property
    def _choices(self) -> dict[Scalar, str]:
        return _choices(parse(str(self)))

    @property
    def choices(self) -> list[Any] | None:
        """The values of a choice; None for a range or an interval."""
        choices = getattr(self.distribution, "choices", None)
        return None if choices is None else list(choices)

    def word(self, value: Any) -> str:
        """The override that gives a run this value; of a range as it is written on paper."""
        grid: Any = self.distribution
        if isinstance(grid, FloatDistribution) and grid.step is not None:
            value = _stepped(grid.low, grid.step, round((value - grid.low) / grid.step))
        text = repr(value) if self.choices is None else self._choices[value]
        return f"{self.key}={text}"

    def extremes(self) -> list[Any]:
        """What is tried before the first trial: every value of a choice; a range's ends.

        Of an interval also a number between them: both ends can be whole by chance.
        """
        if self.choices is not None:
            return self.choices
        distribution: Any = self.distribution
        low, high = distribution.low, distribution.high
        between = [low + _GOLDEN * (high - low)] if self.count is None else []
        return list(dict.fromkeys((low, *between, high)))

    @property
    def count(self) -> int | None:
        """How many values there are; None for an interval."""
        if self.choices is not None:
            return len(self.choices)
        distribution: Any = self.distribution
        if distribution.step is None:
            return None
        steps: float = (distribution.high - distribution.low) / distribution.step
        return round(steps) + 1

    def points(self) -> list[Any] | None:
        """All values, where they can be counted; None for an interval."""
        if self.choices is not None or self.count is None:
            return self.choices
        distribution: Any = self.distribution
        return [_stepped(distribution.low, distribution.step, i) for i in range(self.count)]

    def value_of(self, given: Any) -> Any:
        """A value that is known already, as the search has it.

        Raises:
            ConfigError: if the search does not hold it.
        """
        for value in self.choices or ():
            if value == given and isinstance(value, bool) == isinstance(given, bool):
                return value
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        distribution: Any = self.distribution
        if self.choices is None and is_number and distribution._contains(given):
            return distribution.to_external_repr(given)
        raise ConfigError(f"{self.key}={given} is not in {self.text}")


def parse(word: str, loader: ConfigLoader | None = None) -> Override:
    """An override, a search among them, as Hydra reads it.

    Args:
        loader: finds a group's choices for ``glob(…)``.

    Raises:
        ConfigError: if it cannot be read.
    """
    key, _, text = word.partition("=")
    if text.replace(" ", "") in ("choice()", "choice"):
        raise ConfigError(f"{key}={text} is a choice of nothing: give it values, {_EXAMPLES}")
    try:
        override = OverridesParser.create(loader).parse_override(word)
    except Exception as error:  # Hydra's functions raise whatever their arguments made them
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        if "NoneType is incompatible" in reason and "choice(" in text:
            raise ConfigError(
                f"{word}: Hydra's choice(…) takes no null; write the values bare, as {key}=null,1"
            ) from error
        raise ConfigError(f"{word} cannot be read ({reason}); a search is {_EXAMPLES}") from error
    override.config_loader = loader  # a glob looks there; the parser sets it for lists only
    return override


def _distribution(parameter: Parameter) -> BaseDistribution:
    override = parse(str(parameter))
    kind = override.value_type
    if kind == ValueType.INTERVAL_SWEEP:
        return _interval(parameter, override.value())
    if kind == ValueType.RANGE_SWEEP:
        return _range(parameter, override.value())
    sweep: Any = override.value()
    if getattr(sweep, "tags", None):
        raise ConfigError(f"{parameter}: a choice takes no tag")
    choices = list(parameter._choices)
    if not choices:
        raise ConfigError(f"{parameter} is a choice of nothing")
    return CategoricalDistribution(choices)


def _choices(override: Override) -> dict[Scalar, str]:
    """Each choice's value for Optuna -> its text for Hydra. Lists stand for themselves as text.

    In the order in which they are written: one that is shuffled (``shuffle(…)``) would be another
    in every process, and means nothing to what chooses trials.

    Raises:
        ConfigError: if two of them are one to Optuna.
    """
    choices: dict[Scalar, str] = {}
    sweep: Any = override.value()
    for item in getattr(sweep, "list", sweep):
        if isinstance(item, Sweep):
            raise ConfigError(f"{override.get_key_element()} cannot be searched by a choice of one")
        value = item.text if isinstance(item, QuotedString) else item
        text = _quoted(value) if isinstance(value, str) else str(Transformer.str(item))
        name = value if isinstance(value, Scalar) else text
        if name in choices or name != name:
            reason = "equals one before it" if name in choices else "is no value"
            raise ConfigError(
                f"{override.get_key_element()} cannot be searched: in its choice {text} {reason}"
            )
        choices[name] = text
    return choices


def _quoted(text: str) -> str:
    """Text as Hydra reads it back: '1' and 'null' stay text, and any character passes."""
    if _PLAIN_WORD.fullmatch(text) and text.lower() not in _NO_TEXT:
        return text
    return QuotedString(text=text, quote=Quote.single).with_quotes()


def _is_log(parameter: Parameter, sweep: Any) -> bool:
    unknown = sorted(sweep.tags - {"log"})
    if unknown:
        raise ConfigError(f"{parameter}: the tag {unknown[0]!r} is unknown; there is log")
    return "log" in sweep.tags


def _interval(parameter: Parameter, sweep: Any) -> BaseDistribution:
    log = _is_log(parameter, sweep)
    _require_order(parameter, sweep.start, sweep.end, log=log)
    if isinstance(sweep.start, int) and isinstance(sweep.end, int):
        return IntDistribution(sweep.start, sweep.end, log=log)
    return FloatDistribution(float(sweep.start), float(sweep.end), log=log)


def _range(parameter: Parameter, sweep: Any) -> BaseDistribution:
    """Hydra's range leaves its end out. Only its ends are computed: it may have many values."""
    log = _is_log(parameter, sweep)
    ends = (sweep.start, sweep.stop, sweep.step)
    if not all(math.isfinite(number) for number in ends) or sweep.step == 0:
        raise ConfigError(f"{parameter}: a range needs finite ends and a step")
    start, stop, step = (Decimal(str(number)) for number in ends)
    last = math.ceil((stop - start) / step) - 1
    if last < 0:
        raise ConfigError(f"{parameter} holds no value: a range leaves its end out")
    low, high = sorted((sweep.start, _stepped(sweep.start, sweep.step, last)))
    _require_order(parameter, low, high, log=log)
    step = abs(sweep.step)
    if log and step != 1:
        raise ConfigError(
            f"{parameter}: a logarithmic range has no step; use tag(log,int(interval(low,high)))"
        )
    if all(isinstance(number, int) for number in ends):
        return IntDistribution(low, high, log=log, step=1 if log else step)
    return FloatDistribution(float(low), float(high), step=float(step))


def _stepped(low: Any, step: Any, count: int) -> Any:
    """``low + count * step`` as written on paper: 0.1 + 2 × 0.1 is 0.3."""
    if isinstance(low, int) and isinstance(step, int):
        return low + count * step
    return float(Decimal(str(low)) + count * Decimal(str(step)))


def _require_order(parameter: Parameter, low: float, high: float, *, log: bool) -> None:
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ConfigError(f"{parameter}: the ends must be finite numbers")
    if low > high:
        raise ConfigError(f"{parameter} holds no value: {low} is above {high}")
    if log and low <= 0:
        raise ConfigError(f"{parameter}: a logarithmic scale starts above 0")
