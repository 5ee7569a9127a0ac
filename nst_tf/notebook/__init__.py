"""Pictures where one works with them: side by side, and as they grow."""
