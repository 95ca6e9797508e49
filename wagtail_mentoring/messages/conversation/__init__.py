"""What people write to each other on the pages of a case, concerns, and reminders."""
