"""Pictures: graph and measures, or maps, in; SVG, plotly or PNG out. No framework is imported."""
