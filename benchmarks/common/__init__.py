"""What several benchmarks and tests stand on: rendered sets, hostile files, whole results."""
