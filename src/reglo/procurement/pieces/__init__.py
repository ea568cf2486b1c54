"""What a bid must hold, and what it holds: completeness, and bidders present in several bids."""
