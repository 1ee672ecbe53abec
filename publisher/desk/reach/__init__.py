"""What a hub reached in a quarter: for those who run it and those who fund it. Counts only, never a single person."""
