"""What browsers and programs reach."""
