"""What an account has: whether the case is there, and what a configuration may name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from connectors.contract import Found
from connectors.errors import BadSettings, ContractBroken, Forbidden, Gone, Rejected
from connectors.task import Native
from connectors.trackops.capabilities import PER_PAGE
from connectors.trackops.client import TrackopsClient, misplaced
from connectors.trackops.mapping import VOCABULARY
from connectors.trackops.members import email_of, name_of
from connectors.trackops.staff import Staff
from connectors.trackops.wire import ref_of

CASES: Final = 1000
"""Cases that are named, the newest: there may be tens of thousands, and a page of a hundred takes two seconds."""
_CASE_HINT: Final = "check `case`: the number of a case that this user may see"


def prove_case(client: TrackopsClient, case: int) -> None:
    """Read some tasks of the case, and where there is none the case itself. Raises ``SideDown`` or ``RetryLater``.

    Accounts that do not offer cases by this way can not be asked: then an empty case is taken for one that is there.
    """
    few = {"page": "1", "per_page": "3"}  # one that has no id, among them, is no trouble
    try:
        tasks = client.tasks({"case": str(case), **few})
    except (Gone, Rejected) as refused:
        raise misplaced(refused) from refused
    if any(str(task.get("casefile_id")) == str(case) for task in tasks.records):
        return
    try:
        client.case(case)
    except Gone as missing:
        if _lists_cases(client):
            raise BadSettings(f"there is no case {case} ({missing.message})", hint=_CASE_HINT) from missing
    except (Rejected, Forbidden, ContractBroken):
        return


def discovered(client: TrackopsClient, staff: Staff, tasks: Iterable[Native]) -> Iterator[Found]:
    """Staff, cases, calendars that tasks are on, status words. What the account does not offer is left out."""
    yield from _people(staff)
    yield from _cases(client)
    calendars = Counter(str(task["calendar_id"]) for task in tasks if task.get("calendar_id"))
    for identity, count in sorted(calendars.items()):
        remark = f"{count} task{'' if count == 1 else 's'} of this case on it"
        yield Found(kind="calendar", id=identity, name="", remark=remark)
    yield from (Found(kind="word", id=word, name=word) for word in VOCABULARY)


def _people(staff: Staff) -> Iterator[Found]:
    try:
        people = list(staff.everybody())
    except (Gone, Rejected, Forbidden):
        return
    for one in people:
        yield Found(kind="person", id=ref_of(one) or "", name=name_of(one), remark=email_of(one))


def _cases(client: TrackopsClient) -> Iterator[Found]:
    seen: set[str] = set()
    for page in range(1, CASES // PER_PAGE + 1):
        params = {"page": str(page), "per_page": str(PER_PAGE), "dir": "desc"}
        try:
            records = client.records("cases", params, "the list of cases").records
        except (Gone, Rejected, Forbidden, ContractBroken):
            return
        fresh = [case for case in records if (ref_of(case) or "") not in {"", *seen}]
        for case in fresh:
            seen.add(ref_of(case) or "")
            yield Found(kind="case", id=ref_of(case) or "", name=_case_name(case))
        if not fresh or len(records) < PER_PAGE:
            return


def _case_name(case: Native) -> str:
    """A case's own number or name; which member has it is not documented."""
    told = (case.get(name) for name in ("case_number", "name", "title", "number"))
    return next((str(name) for name in told if isinstance(name, str | int) and str(name).strip()), "")


def _lists_cases(client: TrackopsClient) -> bool:
    try:
        client.records("cases", {"page": "1", "per_page": "1"}, "the list of cases")
    except (Gone, Rejected, Forbidden, ContractBroken):
        return False
    return True
