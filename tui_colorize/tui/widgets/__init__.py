"""What stands around the picture."""
