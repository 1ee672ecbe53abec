"""Who hears from us: persons, lists, sign-up, preferences, segments, import, export."""
