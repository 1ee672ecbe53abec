"""Numbers one can believe: downloads by the rules of the IAB, from bytes that were really served."""
