"""Features as they were known at the time of the application, from checked tables."""
