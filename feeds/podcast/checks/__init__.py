"""Is this a podcast feed that apps and directories take? All rules of PSP-1, the podcast namespace, Apple and others, by name.

`check` judges a document; `answers` what a server said. Strict on purpose: what a rule calls a must is one, whoever's feed it is.
"""

from feeds.podcast.checks.checking import check
from feeds.podcast.checks.report import Finding, Level, NotChecked, Report, Rule
from feeds.podcast.checks.rules import RULES, explain

__all__ = ["RULES", "Finding", "Level", "NotChecked", "Report", "Rule", "check", "explain"]
