"""Having a pose model: which are known, fetching, checking, building one."""
