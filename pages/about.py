"""About: conventions, words, sources."""

from explorer.ui import panels
from explorer.ui.about import conventions, families, glossary
from explorer.ui.i18n import _
from explorer.ui.tour import tour_button

panels.title(_("About"), _("What is counted, what the words mean, and where it comes from."))
tour_button()
conventions()
glossary()
families()
