"""What the three of a case do on their private pages: find times, meet, write, and say how it was."""
