"""What a network sees of an image: as a whole, or by tiles where the whole would take too much memory."""
