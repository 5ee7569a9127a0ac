"""What Pillow does not do, or not whole, for single file formats."""
