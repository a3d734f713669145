"""Learns from star ratings: which terms complain, and how much each kind of evidence counts."""
