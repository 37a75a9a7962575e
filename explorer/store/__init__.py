"""What is kept on disk: runs as folders, jobs in a ledger."""
