"""How people reach it: the HTTP application and the command line."""
