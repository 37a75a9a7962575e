"""Where things are kept: the data home and the ledger of background jobs."""
