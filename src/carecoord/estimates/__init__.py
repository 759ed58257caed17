"""Benefits, prices and estimates: what a visit will cost, and why, from plain values alone."""
