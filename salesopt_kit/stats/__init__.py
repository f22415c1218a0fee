"""Pure statistics: numbers in, results out; no client, no input or output. Each method names its source."""
