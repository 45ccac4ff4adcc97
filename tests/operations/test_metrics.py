"""What is counted, and that dashboard, alerts and the operator's page speak of nothing else."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from sync.heartbeat import Heartbeat
from sync.metrics import STATES, Metrics
from tests.architecture.project import ROOT
from tests.operations.told import report, tell_everything
from tests.scenarios.clock import FakeClock

DASHBOARD = ROOT / "config" / "grafana-dashboard.json"
ALERTS = ROOT / "config" / "prometheus-alerts.yaml"
NAME = re.compile(r"\b((?:tasksync|process)_[a-z_]+)\b(?:\{([^}]*)\})?")
OURS = {"group", "side", "state", "verb", "status", "rank", "do", "outcome", "result", "le", "version"}
OF_A_SCRAPE = {"job", "instance"}


def figures(metrics: Metrics) -> dict[tuple, float]:
    """Each sample, by its name and its labels' values in the order of their names."""
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for one in family.samples
    }


def labels() -> dict[str, set[str]]:
    """The labels of every figure that there is, when everything has happened once."""
    clock = FakeClock()
    metrics = Metrics(clock, Heartbeat(clock), lambda _group: 300.0)
    tell_everything(metrics, clock.now())
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        for one in family.samples:
            found.setdefault(one.name, set()).update(one.labels)
    return found


def test_what_happens_is_counted():
    clock = FakeClock()
    heartbeat = Heartbeat(clock)
    metrics = Metrics(clock, heartbeat, lambda _group: 300.0)
    tell_everything(metrics, clock.now())
    metrics.cycle_finished("work", report(updated=1, held=2))
    metrics.group_scheduled("home", clock.now() - timedelta(seconds=7))
    heartbeat.beat("group work", within=5)
    clock.pass_(8)
    expected = {
        ("tasksync_cycles_total", "work", "changed"): 2,
        ("tasksync_cycle_failures_total", "work"): 0,
        ("tasksync_cycle_failures_total", "home"): 1,
        ("tasksync_cycle_seconds_sum", "work"): 5,
        ("tasksync_cycle_last_timestamp_seconds", "work"): clock.now().timestamp() - 8,
        ("tasksync_group_interval_seconds", "work"): 300,
        ("tasksync_requests_total", "work", "a", "200", "GET"): 2,
        ("tasksync_requests_total", "work", "a", "429", "GET"): 1,
        ("tasksync_requests_total", "work", "a", "none", "GET"): 1,
        ("tasksync_request_seconds_count", "work", "a", "GET"): 4,
        ("tasksync_budget_wait_seconds_sum", "work", "write", "a"): 4,
        ("tasksync_budget_refusals_total", "work", "poll", "a"): 1,
        ("tasksync_writes_total", "update", "work", "done", "a"): 1,
        ("tasksync_writes_total", "update", "work", "not applied", "a"): 1,
        ("tasksync_writes_total", "update", "work", "other", "a"): 1,
        ("tasksync_lag_seconds_sum", "work", "a"): 42,
        ("tasksync_tasks_total", "updated", "work"): 3,
        ("tasksync_conflicts_total", "work"): 1,
        ("tasksync_held", "work"): 2,
        ("tasksync_owed", "work"): 0,
        ("tasksync_side_state", "work", "b", "down"): 1,
        ("tasksync_side_state", "work", "b", "ok"): 0,
        ("tasksync_queue",): 1,
        ("tasksync_queue_seconds",): 15,
        ("tasksync_heartbeat_age_seconds",): 3,
    }
    found = figures(metrics)
    assert {key: found.get(key) for key in expected} == expected


def test_a_group_that_leaves_takes_its_figures_along():
    clock = FakeClock()
    metrics = Metrics(clock, Heartbeat(clock), lambda _group: 300.0)
    tell_everything(metrics, clock.now())
    metrics.group_removed("work")
    text = metrics.text().decode()
    assert 'group="work"' not in text
    assert 'group="home"' in text


def expressions() -> dict[str, str]:
    """Each query of the dashboard and of the alerts, by what shows it."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    found = {
        f"panel {panel['title']} {target['refId']}": target["expr"]
        for panel in dashboard["panels"]
        for target in panel["targets"]
    }
    (variable,) = [one for one in dashboard["templating"]["list"] if one["name"] == "group"]
    found["variable group"] = variable["query"]["query"]
    for rule in rules():
        found[f"alert {rule['alert']}"] = rule["expr"]
    return found


def rules() -> list[dict]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    return labels()


@pytest.mark.parametrize("where", list(expressions()))
def test_what_is_shown_and_alerted_on_is_there(where, known):
    """Each name is a figure's, each label that it is chosen or grouped by is one of its own, and a state is known."""
    expression = expressions()[where]
    named = NAME.findall(expression)
    assert named or expression == 'up{job="tasksync"} == 0', expression
    wanted = set().union(*(known.get(name, set()) for name, _ in named)) | OF_A_SCRAPE
    for name, chosen in named:
        assert name in known, f"{name} is no figure"
        for label, value in re.findall(r'([a-z]+)=~?"([^"]*)"', chosen):
            assert label in known[name], f"{name} has no label {label}"
            assert label != "state" or set(value.split("|")) <= set(STATES)
    grouped = re.findall(r"\b(?:by|on) \(([^)]*)\)", expression)
    assert {label.strip() for part in grouped for label in part.split(",")} <= wanted


def test_every_figure_of_ours_is_shown(known):
    """What nobody looks at need not be counted."""
    shown = {re.sub(r"_(total|bucket|sum|count|created)$", "", name) for name, _ in NAME.findall(str(expressions()))}
    ours = {re.sub(r"_(total|bucket|sum|count|created)$", "", name) for name in known if name.startswith("tasksync_")}
    assert ours - shown == set()
    assert set().union(*(known[name] for name in known if name.startswith("tasksync_"))) == OURS


def test_each_alert_says_how_grave_it_is_and_the_operators_page_what_to_do():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `(Tasksync\w+)` \|", page, re.MULTILINE))
    assert described == {rule["alert"] for rule in rules()}
    assert {rule["labels"]["severity"] for rule in rules()} <= {"critical", "warning", "info"}
    assert all(rule["annotations"]["summary"] for rule in rules())
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    places = [tuple(panel["gridPos"].values()) for panel in panels]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in panels}) == len(panels)
