"""What covers the picture for a while."""
