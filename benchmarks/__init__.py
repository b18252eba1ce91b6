"""What is measured again and again, each beside a named peer; results in docs/benchmarks.md."""
