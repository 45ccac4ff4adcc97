"""The oracle: what must be true at the end of a history, judged by what people did.

=============  =====================================================================================
module         what it demands
=============  =====================================================================================
``quiet``      the group comes to rest, and an idle cycle makes only the requests that it must
``presence``   each task is where it should be, and what somebody deleted is nowhere
``agreement``  what a side shows of a task is what it was told, or the pair that was agreed
``edits``      each edit stands, or was superseded by one that had seen it, or is a recorded loser
``invented``   nothing is said to be an edit, and no value is the group's, that nobody typed
``made``       each entry that no person made has the row of its create
=============  =====================================================================================

``answers`` is the person who decides meanwhile what is held. What becomes of comments is in
:mod:`tests.simulation.remarks`.
"""

from __future__ import annotations

from tests.simulation.oracle.verdict import judge

__all__ = ["judge"]
