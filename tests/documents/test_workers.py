import contextlib
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.documents import jobs
from tests.imports import ROOT
from wagtail_mentoring.documents import workers
from wagtail_mentoring.documents.errors import DocumentRenderError, WorkerBusy, WorkerKilled, WorkerTimedOut


@pytest.fixture
def fresh(settings: Any) -> Iterator[Any]:
    """Pools of this test's own; returns a function that sets WAGTAIL_MENTORING's values."""
    workers._pools.stop()

    def values(**values: Any) -> None:
        settings.WAGTAIL_MENTORING = {**getattr(settings, "WAGTAIL_MENTORING", {}), **values}

    yield values
    workers._pools.stop()


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    return False


def ends(pid: int, within: float = 30) -> bool:
    until = time.monotonic() + within
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(pid)


def program(text: str, **options: Any) -> list[str]:
    """Run a program that is read from its input, with as much Django as the workers need; return its lines."""
    start = """
        import sys
        sys.path.insert(0, {root!r})
        from django.conf import settings
        settings.configure(USE_I18N=False)
        from tests.documents import jobs
        from wagtail_mentoring.documents import workers
    """
    source = textwrap.dedent(start).format(root=str(ROOT)) + textwrap.dedent(text)
    done = subprocess.run(
        [sys.executable, "-"], input=source, capture_output=True, text=True, timeout=120, check=True, **options
    )
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


def test_work_is_done_elsewhere_and_the_process_stays() -> None:
    first = workers.call(jobs.pid)
    assert first != os.getpid()
    assert workers.call(jobs.pid) == first
    assert workers.call(jobs.divide, 9, 2) == 4.5


def test_making_and_checking_are_apart() -> None:
    assert workers.call(jobs.pid, pool="check") != workers.call(jobs.pid, pool="render")


def test_such_a_process_knows_no_django() -> None:
    for pool, its_own in (("render", "weasyprint"), ("check", "pyhanko")):
        known = set(workers.call(jobs.known_modules, pool=pool))
        assert {"pebble", its_own} <= known, "not warm"
        assert not {"django", "wagtail", "pytest"} & known


def test_what_the_work_raises_is_raised_here_with_the_place() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        workers.call(jobs.divide, 1, 0)
    assert "jobs.py" in caught.value.__notes__[0]


def test_an_exception_that_cannot_travel_says_the_same_in_ours() -> None:
    with pytest.raises(DocumentRenderError, match="Stubborn: this and that"):
        workers.call(jobs.stubborn, pool="check")
    assert workers.call(jobs.divide, 1, 1, pool="check") == 1


def test_work_that_cannot_be_packed_is_refused_before_it_leaves(fresh: Any) -> None:
    with pytest.raises((pickle.PicklingError, AttributeError)):
        workers.call(lambda: None)
    assert workers._pools.running == {}


def test_too_long_is_stopped_and_the_next_call_works(fresh: Any) -> None:
    fresh(DOCUMENT_SECONDS=1)
    first = workers.call(jobs.pid)
    begin = time.monotonic()
    with pytest.raises(WorkerTimedOut, match="longer than 1 second and was stopped"):
        workers.call(jobs.pid, 30)
    assert time.monotonic() - begin < 20
    assert ends(first)
    assert workers.call(jobs.pid) != first


def test_one_call_can_be_given_its_own_time(fresh: Any) -> None:
    with pytest.raises(WorkerTimedOut, match="^Looking at the file"):
        workers.call(jobs.pid, 30, pool="check", seconds=0.3)


def test_too_much_memory_is_said_and_the_next_call_works(fresh: Any) -> None:
    fresh(DOCUMENT_MEGABYTES=512)
    assert workers.call(jobs.fill, 100_000_000) == 100_000_000
    with pytest.raises(WorkerKilled, match="needed more memory than it may use"):
        workers.call(jobs.fill, 600_000_000)
    with pytest.raises(WorkerKilled, match="^Looking at the file needed more memory"):
        workers.call(jobs.fill, 600_000_000, pool="check")
    assert workers.call(jobs.divide, 4, 2) == 2


def test_libraries_in_c_have_the_same_limit(fresh: Any) -> None:
    fresh(DOCUMENT_MEGABYTES=512)
    assert workers.call(jobs.fill_in_c, 100_000_000)
    assert not workers.call(jobs.fill_in_c, 600_000_000)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_killed_in_the_middle(fresh: Any, number: int) -> None:
    with pytest.raises(WorkerKilled, match="the system stopped its process. Try again."):
        workers.call(jobs.kill_self, int(number))
    assert workers.call(jobs.divide, 4, 2) == 2


def test_killed_while_it_waits_for_work_is_not_noticed(fresh: Any) -> None:
    idle = workers.call(jobs.pid)
    os.kill(idle, signal.SIGKILL)
    assert ends(idle)
    assert workers.call(jobs.pid) not in (idle, os.getpid())


def test_a_process_that_cannot_start_is_said(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_warm", lambda kind: (jobs.end, (3,)))
    with pytest.raises(WorkerKilled, match="could not be started"):
        workers.call(jobs.pid)


def test_temporary_files_go_with_their_process(fresh: Any) -> None:
    before = workers.call(jobs.temporary_folder)
    assert os.path.isdir(before)
    idle = workers.call(jobs.pid)
    os.kill(idle, signal.SIGKILL)
    assert ends(idle)
    after = workers.call(jobs.temporary_folder)
    assert os.path.isdir(after) and after != before
    workers._pools.stop()
    assert not os.path.exists(before) and not os.path.exists(os.path.dirname(after))


def test_one_that_was_killed_is_cleaned_up_after_by_the_next(fresh: Any) -> None:
    before = workers.call(jobs.temporary_folder)
    with pytest.raises(WorkerKilled):
        workers.call(jobs.kill_self, int(signal.SIGKILL))
    after = workers.call(jobs.temporary_folder)
    assert os.path.dirname(after) == os.path.dirname(before)
    assert not os.path.exists(before)


def test_renewed_after_so_many_calls(fresh: Any) -> None:
    fresh(DOCUMENT_RECYCLE=2)
    pids = [workers.call(jobs.pid) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert ends(pids[0])


def test_two_processes_work_at_once_for_many_threads(fresh: Any) -> None:
    fresh(DOCUMENT_PROCESSES=2)
    pids: set[int] = set()
    until = time.monotonic() + 60
    with ThreadPoolExecutor(8) as threads:
        while len(pids) < 2 and time.monotonic() < until:  # the second one may take its time to start
            pids.update(threads.map(lambda _: workers.call(jobs.pid, 0.1), range(8)))
    assert len(pids) == 2


def test_waiting_for_a_free_process_has_an_end_and_harms_nobody(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "START_SECONDS", 0)
    first = workers.call(jobs.pid, seconds=20)
    answers: list[int] = []
    busy = threading.Thread(target=lambda: answers.append(workers.call(jobs.pid, 4, seconds=20)))
    busy.start()
    time.sleep(1)
    with pytest.raises(WorkerTimedOut, match="became free"):
        workers.call(jobs.pid, seconds=0.4)
    busy.join()
    assert answers == [first]


def test_what_anybody_may_send_does_not_queue_for_long(fresh: Any) -> None:
    """Else it would hold all threads of the site, and the processes that look at the parties' files."""
    fresh(DOCUMENT_PROCESSES=1)
    workers.call(jobs.divide, 1, 1, pool="verify")
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(workers.call, jobs.pid, 0.4, pool="verify") for _ in range(4)]
        time.sleep(0.2)
        begun = time.monotonic()
        with pytest.raises(WorkerBusy, match="in a minute"):
            workers.call(jobs.pid, pool="verify")
        assert workers.call(jobs.divide, 1, 1, pool="check", seconds=20) == 1
        assert time.monotonic() - begun < 20
        assert len({one.result() for one in waiting}) == 1
    assert workers.call(jobs.divide, 1, 1, pool="verify") == 1


def test_no_processes_means_in_this_one(fresh: Any) -> None:
    fresh(DOCUMENT_PROCESSES=0)
    assert workers.call(jobs.pid) == os.getpid()
    assert workers._pools.running == {}


def test_a_program_without_main_guard_runs_once_and_ends_cleanly() -> None:
    begin = time.monotonic()
    lines = program("""
        import os
        print("once", os.getpid())
        print(workers.call(jobs.pid), workers.call(jobs.pid, pool="check"))
    """)
    assert [line.split()[0] for line in lines[:-1]] == ["once"]
    assert time.monotonic() - begin < 40
    assert all(ends(int(pid)) for pid in lines[-1].split())


def test_the_process_ends_when_its_parent_is_killed() -> None:
    source = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from django.conf import settings
settings.configure(USE_I18N=False)
from tests.documents import jobs
from wagtail_mentoring.documents import workers
print(workers.call(jobs.pid), workers.call(jobs.temporary_folder), flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=120)
    assert done.returncode == -9
    pid, folder = done.stdout.split()
    assert ends(int(pid))
    assert not os.path.exists(os.path.dirname(folder))


def test_a_forked_child_has_processes_of_its_own() -> None:
    """As with a server that loads the site first and then forks."""
    lines = program("""
        import os
        first = workers.call(jobs.pid)
        child = os.fork()
        if not child:
            print(workers.call(jobs.pid), flush=True)
            sys.exit()
        print(os.waitpid(child, 0)[1], first, workers.call(jobs.pid), flush=True)
    """)
    child, (status, first, again) = lines[0], lines[1].split()
    assert status == "0"
    assert first == again != child
    assert ends(int(child))


def test_a_daemonic_process_may_use_them() -> None:
    lines = program("""
        import multiprocessing
        def work():
            print(workers.call(jobs.divide, 6, 2), flush=True)
            assert multiprocessing.current_process().daemon
        process = multiprocessing.get_context("fork").Process(target=work, daemon=True)
        process.start()
        process.join()
        print(process.exitcode)
    """)
    assert lines == ["3.0", "0"]


def test_a_server_with_python_inside_is_not_started_again() -> None:
    lines = program("""
        import os
        from multiprocessing import spawn
        spawn.set_executable("/usr/sbin/apache2")
        print(workers.call(jobs.pid) != os.getpid(), os.path.basename(os.fsdecode(spawn.get_executable())))
    """)
    assert lines == ["True python3"]


def test_processes_of_others_still_see_their_main_program(tmp_path: Any) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "import multiprocessing\n"
        "from wagtail_mentoring.documents import spawning\n"
        "def double(number): return 2 * number\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool: print(pool.map(double, [4]))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, env={"PYTHONPATH": str(ROOT)}
    )
    assert done.stdout == "[8]\n", done.stderr
