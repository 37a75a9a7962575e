"""About: conventions, words, sources."""

from explorer.ui.about import conventions, families, glossary
from explorer.ui.header import page_title
from explorer.ui.i18n import _
from explorer.ui.tour import tour_button

page_title(_("About"), _("What is counted, what the words mean, and where it comes from."))
tour_button()
conventions()
glossary()
families()
