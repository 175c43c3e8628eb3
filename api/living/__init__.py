"""Living through a synthetic world month by month, with the same jobs as ``microscore worker``."""
