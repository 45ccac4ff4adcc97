"""The configuration: one TOML file, read whole, and every problem told at once."""

from __future__ import annotations

from sync.config.load import load
from sync.config.model import (
    Address,
    Age,
    Config,
    GroupConfig,
    HistoryConfig,
    LogConfig,
    LogFormat,
    LogLevel,
    MatchPolicy,
    Rate,
    ServiceConfig,
    SideConfig,
    StoreConfig,
)
from sync.config.problems import ConfigError, Problem
from sync.config.unfinished import Unfinished, load_unfinished

__all__ = [
    "Address",
    "Age",
    "Config",
    "ConfigError",
    "GroupConfig",
    "HistoryConfig",
    "LogConfig",
    "LogFormat",
    "LogLevel",
    "MatchPolicy",
    "Problem",
    "Rate",
    "ServiceConfig",
    "SideConfig",
    "StoreConfig",
    "Unfinished",
    "load",
    "load_unfinished",
]
