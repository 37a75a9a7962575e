"""Stands for the app: submits jobs and signs each one that was acknowledged. It gets killed."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from explorer.errors import JobError
from explorer.jobs import client


def main() -> None:
    signed, oracle, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    payload = {"oracle": oracle, "steps": 15, "pause": 0.05}
    while True:
        if len([job for job in client.jobs(12) if not job.state.is_final]) < most:
            try:
                job_id = client.submit("count", payload, title="", user=f"user{time.time_ns() % 3}")
            except JobError:
                time.sleep(0.2)
                continue
            handle = os.open(signed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.write(handle, f"{job_id}\n".encode())
            os.close(handle)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
