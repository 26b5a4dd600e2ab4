"""Makes new jobs of what was asked for: finds profiles, and freezes what each mind is to be."""
