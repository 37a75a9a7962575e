"""What browsers read without a rerun of the page: health and live curves."""

from explorer.api.routes import routes
from explorer.api.tokens import sign

__all__ = ["routes", "sign"]
