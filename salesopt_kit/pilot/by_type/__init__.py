"""What the data say by the type of a figure: shares, times, hours and scores, mix, and all goals together."""
