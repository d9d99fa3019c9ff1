"""From text to batches: sources → documents → corpus → splits → batches."""
