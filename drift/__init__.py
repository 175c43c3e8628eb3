"""How we watch for a model that is no longer right."""
