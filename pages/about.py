"""About: conventions, words, sources."""

from explorer.ui import panels
from explorer.ui.about import conventions, families, glossary
from explorer.ui.i18n import _

panels.title(_("About"), _("What is counted, what the words mean, and where it comes from."))
conventions()
glossary()
families()
