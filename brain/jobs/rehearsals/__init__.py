"""Simulated users talk to the real brain in worlds that touch nothing of the owner's."""
