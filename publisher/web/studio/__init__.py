"""The studio: the pages of staff. `routes` is the table of them, `routes.router()` what the application includes."""
