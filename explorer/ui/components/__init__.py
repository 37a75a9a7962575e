"""Our own components: a few lines of wiring each; the JavaScript stands in ``assets/js``."""
