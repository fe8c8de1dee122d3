"""The log of what reached the market, and how it is read back after a crash; its format stands in docs/journal.md."""
