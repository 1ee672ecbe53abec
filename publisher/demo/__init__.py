"""A small living hub, written by us, so that every screen has something true to show. All of it is invented."""
