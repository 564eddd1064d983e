"""The lifts: which one it is, its repetitions, and what is measured in each."""
