"""Champion against challenger on the same decisions: what differs, and which one is better."""
