"""Price sheets read again: lines, totals, words against digits, what prevails."""
