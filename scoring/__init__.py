"""How we decide: training, bundles, the registry and the one path to a score."""
