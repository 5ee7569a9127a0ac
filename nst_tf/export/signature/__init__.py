"""Signatures of exported models: their inputs and what is refused of them, in the graph."""
