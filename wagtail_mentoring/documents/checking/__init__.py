"""Looks at files that strangers send. Runs in the limited process, so nothing here imports Django."""
