"""Attacks on the access rules of a database, one at a time, and whether a test notices each."""
