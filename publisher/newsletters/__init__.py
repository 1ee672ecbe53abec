"""Newsletters, issues, matching, the letter of an issue, what each person received, the archive."""
