"""Backup and restore: the database, media, templates, secret key and settings in one file that was read back before it got its name."""
