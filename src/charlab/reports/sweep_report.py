"""The page about a sweep, put together."""

from datetime import datetime

from charlab.reports.charts.base import hover_texts
from charlab.reports.charts.curves import curves_chart
from charlab.reports.charts.history import history_chart
from charlab.reports.charts.importances import importances_chart
from charlab.reports.charts.parallel import parallel_chart
from charlab.reports.charts.pareto import pareto_charts
from charlab.reports.charts.slices import slices
from charlab.reports.html import Html, element, join, paragraph, section
from charlab.reports.importances import importances
from charlab.reports.page import page
from charlab.reports.parameters import parameter_names, usable
from charlab.reports.sweep_head import best_part, head, pareto_table
from charlab.reports.sweep_numbers import history, pareto_front
from charlab.reports.sweep_tables import (
    failures_part,
    finalists_part,
    savings_part,
    settings_part,
    trials_part,
)
from charlab.sweeps.results.records import SweepResults


def sweep_page(results: SweepResults, *, written: datetime) -> str:
    """The whole page as HTML.

    Args:
        results: a sweep, finished or not.
        written: when.
    """
    several = len(results.objectives) > 1
    parts = [
        head(results),
        _pareto_part(results) if several else best_part(results),
        finalists_part(results),
        _history_part(results),
        _curves_part(results),
        _importances_part(results),
        _slices_part(results),
        _parallel_part(results),
        savings_part(results),
        failures_part(results),
        settings_part(results),
        trials_part(results),
    ]
    return page(f"Sweep {results.name}", *parts, written=written, texts=hover_texts(results))


def _pareto_part(results: SweepResults) -> Html:
    if not pareto_front(results):
        return section("Pareto front", paragraph("No trial is complete yet."))
    return section(
        "Pareto front",
        paragraph(
            "Trials that no other beats in one objective without losing in another. Sweeps with "
            "several objectives are not pruned.",
            _class="quiet",
        ),
        pareto_charts(results),
        pareto_table(results),
    )


def _history_part(results: SweepResults) -> Html:
    charts = []
    for i, name in enumerate(results.objectives):
        found = history(results, i)
        if found.complete or found.pruned:
            charts.append(_titled(results, name, history_chart(results, i)))
    if not charts:
        return section("History", paragraph("No trial has a value yet."))
    arguments = "In all charts: drag to enlarge a part, double click to go back."
    return section("History", *charts, paragraph(arguments, _class="quiet"))


def _curves_part(results: SweepResults) -> Html:
    if len(results.objectives) > 1:
        return Html("")  # trials report nothing on their way
    chart = curves_chart(results)
    return section("Learning curves", chart or paragraph("No trial has reported a value yet."))


def _importances_part(results: SweepResults) -> Html:
    if not parameter_names(results):
        return Html("")
    parts = []
    for i, name in enumerate(results.objectives):
        found = importances(results, i)
        chart = importances_chart(found) if found.shares else _unknown(found.remark)
        parts.append(_titled(results, name, chart))
    method = (
        "How much each setting explains which complete trials are among the best tenth "
        "(PED-ANOVA). It is about the values that were tried, and about settings one by one."
    )
    return section("Parameter importances", paragraph(method, _class="quiet"), *parts)


def _unknown(remark: str) -> Html:
    return paragraph(f"Cannot be computed yet: {remark}")


def _slices_part(results: SweepResults) -> Html:
    if not usable(results) or not parameter_names(results):
        return Html("")
    charts = [
        _titled(results, name, slices(results, i)) for i, name in enumerate(results.objectives)
    ]
    arguments = "Complete trials only."
    if results.best is not None:
        arguments += " The large mark is the best trial."
    return section("Slices", paragraph(arguments, _class="quiet"), *charts)


def _parallel_part(results: SweepResults) -> Html:
    chart = parallel_chart(results)
    if chart is None:
        return Html("")
    arguments = "Each line is a complete trial. Pointing at a line's mark draws it in full."
    return section("Parallel coordinates", paragraph(arguments, _class="quiet"), chart)


def _titled(results: SweepResults, title: str, content: Html) -> Html:
    """A chart, with a heading where there is one for each of several objectives."""
    if len(results.objectives) == 1:
        return content
    return join([element("h3", title), content])
