"""The pages on which a mentee or a mentor sees, corrects, takes along and withdraws the own data."""
