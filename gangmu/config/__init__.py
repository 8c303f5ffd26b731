"""Settings and addresses: where a district's folder becomes a running system."""
