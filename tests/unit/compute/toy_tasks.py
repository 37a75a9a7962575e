"""Small tasks for the tests of the compute pool."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from explorer.errors import BudgetError, ShapeError, SpecError
from explorer.words import _


def double(value: float) -> float:
    return 2 * value


def modules() -> dict[str, Any]:
    main = sys.modules["__main__"]
    return {
        "streamlit": "streamlit" in sys.modules,
        "pytest": "pytest" in sys.modules,
        "torch": "torch" in sys.modules,
        "main": getattr(main, "__file__", None),
        "omp": os.environ.get("OMP_WAIT_POLICY"),
        "nice": os.nice(0),
        "pid": os.getpid(),
    }


def nap(seconds: float, sign: str = "") -> int:
    if sign:
        Path(sign).write_text(str(os.getpid()))
    time.sleep(seconds)
    return os.getpid()


def die() -> None:
    os._exit(9)


def too_large() -> None:
    raise BudgetError("70 M parameters.", "Less width.", quantity="params", value=70, limit=50)


def misfit() -> None:
    raise ShapeError("Branches differ.", "Use option B.", address="layer1.0.add", shapes=((1,),))


def told() -> None:
    raise SpecError(_("There is nothing to read."), _("Check the path."))


def mistake() -> None:
    raise ValueError("seven is not even")


def starve() -> None:
    raise MemoryError
