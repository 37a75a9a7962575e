from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from explorer import words
from explorer.compute import calls
from explorer.compute.pool import Call, Pool
from explorer.errors import BudgetError, JobError, ShapeError, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    sys.path.insert(0, str(Path(__file__).parent))
    pool = Pool(workers=1, waiting=2, preload=())
    yield pool
    pool.shutdown()
    sys.path.remove(str(Path(__file__).parent))


def start(pool: Pool, name: str, deadline: float = 30.0, **arguments: Any) -> Call:
    return pool.submit(f"toy_tasks:{name}", arguments, deadline=deadline)


def wait_for(path: Path) -> int:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if path.exists() and path.read_text():
            return int(path.read_text())
        time.sleep(0.02)
    raise AssertionError(f"{path.name} was never written")


def is_gone(pid: int, seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_a_task_returns_what_its_function_returns(pool: Pool) -> None:
    assert start(pool, "double", value=21).result() == 42


def test_errors_come_back_in_the_language_of_the_reader(pool: Pool) -> None:
    with words.speaking("zh"):
        asked = start(pool, "told"), start(pool, "starve")
    with pytest.raises(SpecError, match="没有可读的内容。请检查路径。"):
        asked[0].result()
    with pytest.raises(JobError, match="内存"):
        asked[1].result()
    with pytest.raises(SpecError, match="There is nothing to read"):
        start(pool, "told").result()


def test_one_process_serves_many_calls(pool: Pool) -> None:
    assert start(pool, "modules").result()["pid"] == start(pool, "modules").result()["pid"]


def test_processes_are_polite_and_do_not_see_the_page(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = tmp_path / "page.py"
    page.write_text("import streamlit\nraise SystemExit('the page was run')\n")
    main = ModuleType("__main__")  # what Streamlit puts in place while a page script runs
    main.__file__ = str(page)
    monkeypatch.setitem(sys.modules, "__main__", main)
    fresh = Pool(preload=())
    try:
        seen = start(fresh, "modules").result()
    finally:
        fresh.shutdown()
    assert not seen["streamlit"]
    assert not seen["pytest"]
    assert seen["main"] != str(page)
    assert seen["omp"] == "PASSIVE"
    assert seen["nice"] >= 5


def test_preloaded_modules_are_there_before_the_first_task(pool: Pool) -> None:
    fresh = Pool(preload=("streamlit.version",))
    fresh.warm()
    try:
        assert start(fresh, "modules").result()["streamlit"]
    finally:
        fresh.shutdown()
    assert not start(pool, "modules").result()["torch"]


def test_a_process_that_cannot_start_is_an_error_and_not_a_wait() -> None:
    broken = Pool(preload=("no_such_module",))
    try:
        with pytest.raises(JobError, match="process died"):
            start(broken, "double", value=1).result(timeout=20)
    finally:
        broken.shutdown()


def test_errors_for_people_arrive_whole(pool: Pool) -> None:
    with pytest.raises(BudgetError) as budget:
        start(pool, "too_large").result()
    assert str(budget.value) == "70 M parameters. Less width."
    assert (budget.value.quantity, budget.value.value, budget.value.limit) == ("params", 70, 50)
    with pytest.raises(ShapeError) as shape:
        start(pool, "misfit").result()
    assert (shape.value.address, shape.value.shapes) == ("layer1.0.add", ((1,),))
    assert shape.value.hint == "Use option B."


def test_other_exceptions_become_a_sentence(pool: Pool) -> None:
    with pytest.raises(JobError, match="failed: ValueError: seven is not even"):
        start(pool, "mistake").result()
    with pytest.raises(JobError, match="more memory than there is"):
        start(pool, "starve").result()
    with pytest.raises(JobError, match="failed: AttributeError"):
        start(pool, "no_such_function").result()


def test_a_deadline_ends_the_process_and_the_next_call_works(pool: Pool, tmp_path: Path) -> None:
    late = start(pool, "nap", deadline=0.5, seconds=60, sign=str(tmp_path / "pid"))
    with pytest.raises(JobError, match=r"longer than 0\.5 s"):
        late.result(timeout=20)
    assert is_gone(wait_for(tmp_path / "pid"))
    assert start(pool, "double", value=1).result() == 2


def test_a_crash_is_explained_and_the_next_call_works(pool: Pool) -> None:
    with pytest.raises(JobError, match="process died"):
        start(pool, "die").result()
    assert start(pool, "double", value=1).result() == 2


def test_the_death_of_an_idle_process_costs_nothing(pool: Pool) -> None:
    pid = start(pool, "modules").result()["pid"]
    os.kill(pid, signal.SIGKILL)
    assert is_gone(pid)
    time.sleep(0.5)
    assert start(pool, "double", value=3).result() == 6


def test_cancelling_ends_the_running_process(pool: Pool, tmp_path: Path) -> None:
    call = start(pool, "nap", seconds=60, sign=str(tmp_path / "pid"))
    pid = wait_for(tmp_path / "pid")
    assert call.cancel()
    with pytest.raises(CancelledError):
        call.result(timeout=10)
    assert is_gone(pid)


def test_beyond_the_waiting_places_the_server_is_busy(pool: Pool) -> None:
    held = [start(pool, "nap", seconds=60) for _ in range(3)]
    with pytest.raises(JobError, match="server is busy") as busy:
        start(pool, "double", value=1)
    assert busy.value.hint == "Try again in a few seconds."
    for call in held:
        call.cancel()
    assert start(pool, "double", value=4).result(timeout=20) == 8


def test_shutdown_leaves_no_call_hanging_and_no_process(tmp_path: Path, pool: Pool) -> None:
    fresh = Pool(preload=())
    running = start(fresh, "nap", seconds=60, sign=str(tmp_path / "pid"))
    waiting = start(fresh, "nap", seconds=60)
    pid = wait_for(tmp_path / "pid")
    fresh.shutdown()
    for call in (running, waiting):
        with pytest.raises(CancelledError):
            call.result(timeout=5)
    assert is_gone(pid)


def test_the_shared_pool_runs_by_name(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_pool", lambda: pool)
    assert calls.run("toy_tasks:double", value=5) == 10
    assert calls.submit("toy_tasks:double", value=6).result() == 12
    call = calls.submit("toy_tasks:nap", seconds=60)
    monkeypatch.setattr(calls, "submit", lambda *_, **__: call)
    call.cancel()
    with pytest.raises(JobError, match="given up"):
        calls.run("toy_tasks:nap", seconds=60)


def test_processes_end_with_a_killed_parent(tmp_path: Path) -> None:
    script = (
        "from explorer.compute.pool import Pool\n"
        "pool = Pool(preload=())\n"
        f"pool.submit('toy_tasks:nap', dict(seconds=60, sign={str(tmp_path / 'pid')!r})).result()\n"
    )
    here = str(Path(__file__).parent)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([here, str(Path.cwd())])}
    parent = subprocess.Popen([sys.executable, "-c", script], env=env)
    pid = wait_for(tmp_path / "pid")
    parent.kill()
    parent.wait()
    assert is_gone(pid)
