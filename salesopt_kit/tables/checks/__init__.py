"""The checks of the quality gate, one family a file; each function takes Tables and returns Findings."""
