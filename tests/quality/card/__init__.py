"""How well the rules read, measured on texts whose answer is known, beside baselines from the same run."""
