"""MongoDB storage for carecoord."""
