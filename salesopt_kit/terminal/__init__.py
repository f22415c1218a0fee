"""What the command line shows: language, quality report, progress of a run, failures without tracebacks."""
