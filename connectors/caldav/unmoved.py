"""When a collection was last changed, as a short way to learn that nothing was. Pure.

Radicale opens the files of all resources to tell a token, what changed since one, or the collection's tag: 0.35 to
0.45 s for 10,000, eight to ten times what the following takes (`python -m benchmarks.looks`). Its ``getlastmodified``
of a collection is the time of its youngest file or of its folder, whichever is later (Radicale 3.9.0,
``storage/multifilesystem/__init__.py``): it opens none, and every write moves it, as each file is put in place by a
rename. No other server is known to promise as much (RFC 4918, 15.7 says nothing of collections), and none is believed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from connectors.quota import http_date

LARGE: Final = 2000
"""Resources from which on it is worth a request of its own: a look at all of them takes Radicale 0.09 s or more."""
_SETTLED: Final = timedelta(seconds=5)
"""How far back a change has to lie. The time is told in whole seconds, so that one more change within the same second
would not show; the rest is for a proxy whose clock is not the server's, and for file systems that count by two seconds.
A time to come is one of a clock that was set back since: what is changed now is older, and does not show either.
"""


def settled(modified: str, server_time: datetime | None) -> str:
    """When a collection was last changed, if each later change will show there as another time; else empty.

    ``modified`` is an HTTP date, as the server told it; ``server_time`` is its clock in the same answer.
    """
    moment = http_date(modified)
    if moment is None or server_time is None or server_time - moment < _SETTLED:
        return ""
    return modified
