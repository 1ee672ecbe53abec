"""Formats other programs poll: values in, bytes out. Imports nothing of publisher."""
