"""Webinars as readers meet them: what is to come, registering, one's own page, the way in, and what is left afterwards."""
