"""Pictures: graph and measure in, scene, SVG, PNG or plotly figure out."""
