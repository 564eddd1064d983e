"""Many clips: the analysis of one, mapped by Dask over the cores of one machine or many."""
