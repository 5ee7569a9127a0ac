"""Inversion of representations."""
