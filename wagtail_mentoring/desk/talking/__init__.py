"""What the contact person writes with the mentee and the mentors, concerns, and what people ask to have changed."""
