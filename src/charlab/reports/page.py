"""Pages that are one file: style, script and all charts are inside, and all text is escaped."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from charlab.figures.pages import as_unicode, digest, page_environment, source_of
from charlab.figures.svg import scales, to_svg
from charlab.reports import formatting
from charlab.reports.charts import Chart
from charlab.system.terminal import visible

_FILTERS = ("brief", "counted", "interval", "moment", "number", "seconds", "setting")


def render(
    template: str,
    charts: Mapping[str, Chart],
    *,
    hover: Mapping[str, str],
    written: datetime,
    **values: Any,
) -> str:
    """A whole HTML page that needs no network and may use none.

    Nothing is loaded from anywhere, and no script runs but the page's own: a policy in its head
    names it by its digest, besides everything being escaped.

    Args:
        template: a file of ``templates/``.
        charts: by name; the template places them.
        hover: what pointing at a mark of a chart shows, by the mark's name.
        written: when.
        values: what else the template says.
    """
    environment = page_environment("charlab.reports")
    environment.filters.update({name: getattr(formatting, name) for name in _FILTERS})
    script = source_of(environment, "page.js")
    environment.globals.update(
        charts={name: _embedded(chart) for name, chart in charts.items()},
        digest=digest(script),
        hover={name: visible(text, keep="\n") for name, text in hover.items()},
        script=Markup(script),
        written=written,
    )
    return as_unicode(environment.get_template(template).render(values))


def _embedded(chart: Chart) -> dict[str, Any]:
    drawn = Markup(to_svg(chart.figure))
    return {"svg": drawn, "scales": scales(chart.figure), "caption": chart.caption}
