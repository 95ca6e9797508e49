"""A fictional demonstration: the programme's real unions and professions, and people who do not exist."""
