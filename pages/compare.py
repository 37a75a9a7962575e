"""Compare: networks and runs side by side."""

from explorer.ui.compare_page import page
from explorer.ui.state import hand

page(hand())
