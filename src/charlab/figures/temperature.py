"""Samples at several temperatures side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.figure import Figure

from charlab.figures.axis import set_log_scale, short_number
from charlab.figures.colors import SERIES
from charlab.figures.sweeps import empty_figure, tidy
from charlab.system.terminal import visible


@dataclass(frozen=True)
class Drawn:
    """What was drawn at one temperature.

    Attributes:
        temperature: what the logits were divided by.
        texts: the samples.
        novel: how new they are, from 0 to 1.
        distinct: how unlike each other they are, from 0 to 1.
        perplexity: the model's own of them, at temperature 1.
    """

    temperature: float
    texts: Sequence[str]
    novel: float
    distinct: float
    perplexity: float


def temperature_figure(drawn: Sequence[Drawn], novel: str, distinct: str) -> Figure:
    """Draws shares and perplexity over the temperature.

    Args:
        drawn: at each temperature, ascending.
        novel, distinct: what the shares are, for the legend.
    """
    figure = empty_figure(3.6, 10.0)
    shares, costs = figure.subplots(1, 2)
    places = [one.temperature for one in drawn]
    shares.plot(places, [one.novel for one in drawn], "o-", color=SERIES[0], label=novel)
    shares.plot(places, [one.distinct for one in drawn], "s--", color=SERIES[1], label=distinct)
    shares.set_ylim(-0.03, 1.03)
    shares.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    tidy(shares, "temperature", "share of the samples")
    shares.legend(frameon=False, fontsize=9)
    known = [(one.temperature, one.perplexity) for one in drawn if math.isfinite(one.perplexity)]
    if known:
        costs.plot(*zip(*known, strict=True), "o-", color=SERIES[2])
        for place, value in known:
            costs.annotate(
                short_number(value),
                (place, value),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=9,
            )
        set_log_scale(costs.yaxis)
        costs.margins(y=0.2)
    tidy(costs, "temperature", "perplexity of the samples")
    for axes in (shares, costs):
        axes.set_xticks(places, [f"{place:g}" for place in places])
    return figure


def samples_table(drawn: Sequence[Drawn], most: int) -> Markup:
    """A column of texts for each temperature, its measures above them."""
    columns = Markup("").join(_column(one, most) for one in drawn)
    return Markup('<div class="scroll side-by-side" tabindex="0">{}</div>').format(columns)


def _column(one: Drawn, most: int) -> Markup:
    texts = Markup("").join(
        Markup('<p class="sample" dir="auto">{}</p>').format(visible(text, keep="\n") or "⊣")
        for text in one.texts[:most]
    )
    measures = f"{one.novel:.0%} novel, {one.distinct:.0%} distinct, perplexity "
    return Markup('<div><h4>{}</h4><p class="quiet">{}{}</p>{}</div>').format(
        f"temperature {one.temperature:g}", measures, short_number(one.perplexity), texts
    )
