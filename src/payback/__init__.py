"""What each marketing campaign pays back, and who the customers are."""
