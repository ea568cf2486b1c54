"""From the figures of bids to marks, ranks, their explanation and how sure they are."""
