"""Pages for people: rendered on the server, complete without JavaScript, in three languages."""
