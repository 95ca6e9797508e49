"""Mentors in a spreadsheet: what the columns are, what an import would do, the import itself, and the template."""
