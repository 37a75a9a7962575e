"""Background jobs: a worker that outlives the web process, and one process for each job."""
