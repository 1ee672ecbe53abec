"""Measurements of what this service promises about speed. Each compares both sides in the same run: only ratios hold."""
