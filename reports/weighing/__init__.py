"""Many mentions -> what they amount to: prevalence, opportunity, momentum, gaps. Pure functions of a snapshot."""
