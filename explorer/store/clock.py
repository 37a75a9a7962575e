"""The one clock of the ledger: the database's, in seconds since 1970 (UTC)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler


class Now(FunctionElement[float]):
    """The current time of the database, constant within one statement."""

    type = Float()
    inherit_cache = True


@compiles(Now, "postgresql")
def _postgresql(_element: Now, _compiler: SQLCompiler, **_options: object) -> str:
    # CURRENT_TIMESTAMP is when the transaction began, and a claim may wait for its turn in one.
    return "EXTRACT(EPOCH FROM statement_timestamp())::float8"


@compiles(Now, "sqlite")
def _sqlite(_element: Now, _compiler: SQLCompiler, **_options: object) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"
