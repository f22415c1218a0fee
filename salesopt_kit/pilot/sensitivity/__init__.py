"""How much the result hangs on choices: every reasonable analysis, units left out, other windows, placebo pilots."""
