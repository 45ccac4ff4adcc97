"""One worker at a time has a group; a dead one is followed at once, a silent one after its time, and writes no more."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading

import pytest

from sync.store import LeaseHeld, LeaseLost, Owner, Store
from tests.store.workers import ROOT, Clock, line, worker


def elsewhere(owner: Owner) -> Owner:
    """The same owner, as if on another host: it can be neither seen nor timed from here."""
    return dataclasses.replace(owner, id="elsewhere", host="other", boot="another/boot")


def test_a_lease_is_had_by_one(store):
    lease = store.acquire("work", owner=Owner.here())
    with pytest.raises(LeaseHeld, match=f"Group work .* process {os.getpid()} on "):
        store.acquire("work", owner=Owner.here())
    assert store.acquire("home", owner=Owner.here()).valid()
    assert lease.valid()


def test_a_lease_that_was_given_back_is_free_and_its_epoch_grows(store):
    first = store.acquire("work", owner=Owner.here())
    store.release(first)
    assert not first.valid()
    second = store.acquire("work", owner=Owner.here())
    assert second.epoch == first.epoch + 1


def test_giving_back_a_lease_that_was_taken_over_leaves_the_new_one_alone(store, clock):
    first = store.acquire("work", owner=Owner.here())
    clock.passes(61)
    second = store.acquire("work", owner=Owner.here())
    store.release(first)
    with pytest.raises(LeaseHeld):
        store.acquire("work", owner=Owner.here())
    store.renew(second)


def test_a_lease_is_relied_on_for_less_than_it_is_granted(store, clock):
    lease = store.acquire("work", owner=Owner.here(), ttl=60)
    clock.passes(47)
    assert lease.valid()
    clock.passes(2)
    assert not lease.valid()
    store.renew(lease)
    assert lease.valid()


def test_a_silent_worker_is_followed_after_its_time(store, clock):
    store.acquire("work", owner=Owner.here(), ttl=60)
    clock.passes(59)
    with pytest.raises(LeaseHeld):
        store.acquire("work", owner=Owner.here())
    clock.passes(1)
    assert store.acquire("work", owner=Owner.here()).epoch == 2


def test_a_renewed_lease_is_not_taken(store, clock):
    lease = store.acquire("work", owner=Owner.here(), ttl=60)
    clock.passes(40)
    store.renew(lease)
    clock.passes(40)
    with pytest.raises(LeaseHeld):
        store.acquire("work", owner=Owner.here())


def test_a_step_of_the_wall_clock_takes_no_lease_from_a_worker_of_this_host(store, clock):
    lease = store.acquire("work", owner=Owner.here())
    clock.steps(3600)
    with pytest.raises(LeaseHeld):
        store.acquire("work", owner=Owner.here())
    assert lease.valid()
    clock.steps(-7200)
    clock.passes(61)
    assert store.acquire("work", owner=Owner.here()).epoch == 2


def test_a_worker_on_another_host_is_followed_by_the_databases_clock(file, clock):
    store = Store.open(f"sqlite:///{file}", clock=clock)
    try:
        store.acquire("work", owner=elsewhere(Owner.here()))
        clock.passes(59)
        with pytest.raises(LeaseHeld, match="on other"):
            store.acquire("work", owner=Owner.here())
        clock.passes(1)
        assert store.acquire("work", owner=Owner.here()).epoch == 2
    finally:
        store.close()


def test_whoever_lost_a_lease_writes_nothing_more(store, clock):
    state = store.load("work", ["a"])
    first = store.acquire("work", owner=Owner.here())
    clock.passes(61)
    store.acquire("work", owner=Owner.here())
    before = store.fingerprint()
    state.sides["a"].links = 5
    with pytest.raises(LeaseLost, match="taken over group work"):
        store.record(state, cycle=1, moved=[], acted=[], lease=first)
    with pytest.raises(LeaseLost):
        store.renew(first)
    assert store.fingerprint() == before
    assert first.lost
    assert not first.valid()


def test_a_lease_that_ran_out_and_that_nobody_took_still_writes(store, clock):
    state = store.load("work", ["a"])
    lease = store.acquire("work", owner=Owner.here())
    clock.passes(3600)
    state.sides["a"].links = 5
    store.record(state, cycle=1, moved=[], acted=[], lease=lease)
    assert store.load("work", ["a"]).sides["a"].links == 5


def test_a_lease_of_one_group_does_not_write_for_another(store):
    state = store.load("home", ["a"])
    lease = store.acquire("work", owner=Owner.here())
    state.sides["a"].links = 5
    with pytest.raises(ValueError, match=r"group work .* group home"):
        store.record(state, cycle=1, moved=[], acted=[], lease=lease)


def test_a_killed_worker_is_followed_at_once(url):
    store = Store.open(url, clock=Clock())
    try:
        with worker("hold", url) as process:
            assert line(process) == ["held", "1"]
            with pytest.raises(LeaseHeld, match=f"process {process.pid} on "):
                store.acquire("work", owner=Owner.here())
            os.killpg(process.pid, signal.SIGKILL)
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and not collected yet
            assert store.acquire("work", owner=Owner.here()).epoch == 2
    finally:
        store.close()


def test_a_frozen_worker_is_followed_after_its_time_and_then_stopped(url):
    store = Store.open(url, clock=Clock())
    try:
        with worker("take", url, "work", 0.5) as process:
            assert line(process)[0] == "held"
            process.stdin.write("\n")
            process.stdin.flush()
            assert line(process)[0] == "wrote"
            os.killpg(process.pid, signal.SIGSTOP)
            waiting = threading.Event()
            while True:
                try:
                    lease = store.acquire("work", owner=Owner.here())
                    break
                except LeaseHeld:
                    waiting.wait(0.05)
            assert lease.epoch == 2
            os.killpg(process.pid, signal.SIGCONT)
            process.stdin.write("\n")
            process.stdin.flush()
            assert line(process)[:2] == ["lost", "False"]
            assert store.load("work", ["a"]).sides["a"].links == 1
    finally:
        store.close()


def test_a_lease_is_kept_while_its_owner_works(url):
    store = Store.open(url, clock=Clock())
    try:
        lease = store.acquire("work", owner=Owner.here(), ttl=0.3)
        first, waiting = lease.expires, threading.Event()
        with store.keep(lease):
            while lease.expires == first:
                waiting.wait(0.02)
        assert lease.valid()
    finally:
        store.close()


def test_the_keeper_of_a_lost_lease_says_so(url):
    store = Store.open(url, clock=Clock())
    try:
        lease, waiting = store.acquire("work", owner=Owner.here(), ttl=0.2), threading.Event()
        while True:
            try:
                store.acquire("work", owner=Owner.here())
                break
            except LeaseHeld:
                waiting.wait(0.05)
        with store.keep(lease):
            while not lease.lost:
                waiting.wait(0.02)
        assert not lease.valid()
    finally:
        store.close()


def test_a_process_is_not_taken_for_an_earlier_one_with_its_number():
    me = Owner.here()
    assert not me.sees_dead(Owner.here())
    assert me.sees_dead(dataclasses.replace(me, started="1"))


def test_a_process_that_cannot_be_seen_from_here_is_not_dead():
    me = Owner.here()
    gone = dataclasses.replace(me, started="1")
    for unseen in ({"boot": "another"}, {"space": "1"}, {"started": ""}, {"pid": 0}):
        assert not me.sees_dead(dataclasses.replace(gone, **unseen))
    blind = dataclasses.replace(me, boot="", space="")
    assert not blind.sees_dead(dataclasses.replace(gone, boot="", space=""))


def test_an_owner_of_an_odd_name_is_read_right():
    """A process may put blanks and brackets into its name, which stands before the fields of its state."""
    code = (
        "from sync.store import Owner; open('/proc/self/comm', 'w').write(') Z 1 (x'); "
        "print(Owner.here().started, flush=True); input()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        started = process.stdout.readline().strip()
        me = Owner.here()
        assert int(started) >= int(me.started)
        assert not me.sees_dead(dataclasses.replace(me, pid=process.pid, started=started))
    finally:
        process.kill()
        process.communicate()
