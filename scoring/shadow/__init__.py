"""Challengers in shadow: they score stored requests after the reply, in a process of their own."""
