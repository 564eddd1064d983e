"""How athletes change over weeks: a database made of the results, trends, a page each."""
