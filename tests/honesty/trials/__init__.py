"""Whether reports keep their word: what they claim where the truth is known, because a trial made it so."""
