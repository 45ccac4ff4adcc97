"""How much the tests that invent their input try.

A plain `pytest` takes `dev` (25 examples), `make test` takes `ci` (100), `make torture` takes `torture` (2500).
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# No deadline: the tests share their processors, and a slow machine is no failure.
settings.register_profile("dev", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, print_blob=True)
settings.register_profile(
    "torture", max_examples=2500, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("dev")
