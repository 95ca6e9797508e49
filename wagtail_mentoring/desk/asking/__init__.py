"""What a handler does about mentors, and a mentee, who are being asked: each on a page that says what will happen."""
