"""The parts of the sealed demonstration: bidders, server, ways to deposit, proofs by hand, opening."""
