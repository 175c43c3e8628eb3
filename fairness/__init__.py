"""How we watch for unequal treatment."""
