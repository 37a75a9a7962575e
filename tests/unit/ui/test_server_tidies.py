"""What keeps the server from tidying up must not stop it."""

from __future__ import annotations

import pytest

from explorer.errors import DataError, JobError
from explorer.ui import server


@pytest.mark.parametrize(
    "error", [JobError("gone", "wait"), DataError("read-only", "choose"), OSError(28, "full")]
)
def test_a_ledger_that_is_away_leaves_the_server_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def fails() -> None:
        raise error

    monkeypatch.setattr(server.client, "remove_expired", fails)
    server._tidy()
    assert "were not removed" in caplog.text
