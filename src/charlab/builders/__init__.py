"""From checked options to what a run is made of: a corpus, a network, batches."""
