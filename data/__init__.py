"""What we know: contracts, files, features, labels, the synthetic world and the store."""
