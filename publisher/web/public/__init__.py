"""The pages readers see. Each handler is one visit: look or change, then show."""
