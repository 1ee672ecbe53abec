"""What there is to tell: sources, intake, review, search."""
