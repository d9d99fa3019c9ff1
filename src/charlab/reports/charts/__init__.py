"""Interactive charts: plotly figures, and how they get into a page."""
