"""Who could mentor whom, and how well: facts in, points and reasons out. Knows no Django and no database."""
