"""Texture synthesis."""
