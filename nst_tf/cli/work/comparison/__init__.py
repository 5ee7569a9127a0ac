"""Comparing pictures of one photograph that differ in their settings: what varies, a sheet and a page of them."""
