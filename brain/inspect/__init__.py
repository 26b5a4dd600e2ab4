"""Says what a user's brain is doing and what waits, from what is stored. It changes nothing."""
