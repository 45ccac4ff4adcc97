"""The service under faults, for half an hour of a clock that is moved on; `make torture` has a day."""

from __future__ import annotations

from tests.service.endurance import simulate
from tests.service.running import running
from tests.service.simulated import simulated


def test_half_an_hour_under_faults_ends_in_agreement_without_a_late_cycle_or_growth(tmp_path):
    with running(tmp_path) as place, simulated() as clock:
        assert simulate(place, clock, hours=0.5, share=0.5) == []
        assert len(place.faults.struck) >= 3
        assert clock.monotonic() >= 1800
