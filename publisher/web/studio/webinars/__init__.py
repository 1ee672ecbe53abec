"""Webinars at the desk: series and dates, who registered, what is written to them, the hour itself, and what comes of it."""
