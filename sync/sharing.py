"""Each side's rate budget: whose it is, where it is kept, and how it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Lock
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors.book import Book
from connectors.budget import RateBudget, window_used
from connectors.contract import Clock, SideSettings
from connectors.limiter import BookLimiter, Home, OwnHome
from sync.config import SideConfig
from sync.events import Log
from sync.report import BudgetStatus, WindowStatus
from sync.store import Budgets, StoreError

log = Log(__name__)


def budget_of(side: SideConfig, default: RateBudget) -> RateBudget:
    """The budget that holds for a side: as configured, else its connector's; an empty one where it is switched off."""
    if side.rate is None:
        return default
    return RateBudget(windows=() if side.rate == "off" else tuple(side.rate), source="configuration")


def credential_of(side: SideConfig, settings: SideSettings) -> str:
    """Whose budget it is: a digest of the server and the account there.

    The account is its name where it has one, so that no password can be guessed from the digest; else its keys, which
    are long and drawn by lot.
    """
    where = urlsplit(settings.base_url)
    port = f":{where.port}" if where.port else ""
    server = f"{where.scheme}://{where.hostname or ''}{port}{where.path.rstrip('/')}".lower()
    account = str(getattr(side.settings, "username", "") or "").casefold()
    secrets = [value.get_secret_value() for _, value in sorted(dict(side.settings).items()) if _is_secret(value)]
    told = [account] if account else secrets or [settings.own.container(settings.base_url)]
    return blake2b("\0".join((server, *told)).encode(), digest_size=16, person=b"tasksync-budget").hexdigest()


def _is_secret(value: object) -> bool:
    return isinstance(value, SecretStr)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Makes limiters, and tells how budgets stand. ``lenient``: for commands that only look at the store."""

    budgets: Budgets
    clock: Clock
    lenient: bool = False

    def close(self) -> None:
        """Close what is open."""
        self.budgets.close()

    def limiter(self, side: SideConfig, settings: SideSettings, default: RateBudget) -> BookLimiter | None:
        """A side's limiter; None where it has no budget of ours."""
        budget = budget_of(side, default)
        if budget.empty:
            return None
        home: Home = self.budgets.home(credential_of(side, settings))
        if self.lenient:
            home = _Lenient(home, OwnHome(self.clock))
        return BookLimiter(budget, self.clock, home, group=side.group)

    def status(self, side: SideConfig, settings: SideSettings, default: RateBudget) -> BudgetStatus | None:
        """How a side's budget stands; None where it has none of ours. Raises ``StoreError``."""
        budget = budget_of(side, default)
        if budget.empty:
            return None
        book, now = self.budgets.look(credential_of(side, settings))
        return BudgetStatus(
            windows=tuple(
                WindowStatus(limit=one.limit, per=one.per, used=window_used(book.slots, one.kept, now))
                for one in (*budget.windows, *book.policy)
            ),
            spacing=budget.spacing,
            free_in=book.wait(budget, 1, now),
        )


@dataclass(slots=True)
class _Lenient:
    """The shared home, and where that can not be kept, one of this process: it only looks, and sends little."""

    shared: Home
    own: OwnHome
    _alone: bool | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def owner(self) -> str:
        """Who uses it here."""
        return self.shared.owner

    @property
    def troubles(self) -> tuple[type[Exception], ...]:
        """What is raised where the book can not be kept."""
        return self.shared.troubles

    @contextmanager
    def book(self) -> Iterator[tuple[Book, float]]:
        """See :meth:`connectors.limiter.Home.book`."""
        with self.own.book() if self._is_alone() else self.shared.book() as found:
            yield found

    def _is_alone(self) -> bool:
        with self._lock:
            if self._alone is None:
                self._alone = False
                try:
                    with self.shared.book():
                        pass
                except StoreError as error:
                    self._alone = True
                    log.warning("budget.alone", why=error.message, hint=error.hint)
            return self._alone
