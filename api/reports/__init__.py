"""Reports to read: one self-contained HTML file each, without scripts or outside requests."""
