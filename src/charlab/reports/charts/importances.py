"""How much each setting matters, as bars."""

import plotly.graph_objects as go

from charlab.reports.charts.base import embed, new_figure, plain
from charlab.reports.colors import LIGHT
from charlab.reports.html import Html
from charlab.reports.importances import Importances

_BAR = 34  # pixels


def importances_chart(found: Importances) -> Html:
    """Bars, the longest on top."""
    names = list(found.shares)[::-1]  # plotly draws from the bottom
    shares = [found.shares[name] for name in names]
    figure = new_figure("share of importance", height=90 + _BAR * len(names))
    figure.add_trace(
        go.Bar(
            x=shares,
            y=list(range(len(names))),
            orientation="h",
            marker={"color": LIGHT["complete"]},
            text=[f"{share:.0%}" if share >= 0.01 else "<1%" for share in map(float, shares)],
            textposition="outside",
            hoverinfo="skip",
            cliponaxis=False,
        )
    )
    labels = [plain(name) for name in names]
    figure.update_xaxes(tickformat=".0%", range=[0, 1.08 * max(shares)])
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=labels, showgrid=False)
    return embed(figure, found.remark)
