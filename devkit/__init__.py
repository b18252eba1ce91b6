"""What tests, benchmarks and the demo share: a local network, fakes, cheats, the reference model."""
