"""What is said about a set, and what is not: fatigue, findings, score, refusals."""
