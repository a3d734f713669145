"""One review -> its mentions: language, sentences, sentiment, kinds, themes, signals."""
