"""The argument, in the order it is made: reading, weighing, writing. Knows nothing of scrapers or of Prefect."""
