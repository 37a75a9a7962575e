"""A worker process as the tests need it: ``engine_worker.py LEASE SLOTS``."""

from __future__ import annotations

import sys

from engine_jobs import KINDS

from explorer.jobs import worker
from explorer.jobs.engines import procrastination
from explorer.jobs.slots import any_slots
from explorer.jobs.supervisor import Timing

if __name__ == "__main__":
    procrastination.STALLED = 4.0
    raise SystemExit(
        worker.main(
            lease=float(sys.argv[1]),
            slots=any_slots(int(sys.argv[2])),
            timing=Timing(sync=0.1, grace=1.0, idle=0.1),
            kinds=KINDS,
            spares=False,
        )
    )
