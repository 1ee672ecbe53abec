"""The house of Publisher."""
