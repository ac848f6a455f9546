"""Tools for whoever changes this project; nothing here runs in production."""
