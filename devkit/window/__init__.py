"""The application's window, for tests and benchmarks: a screen with mouse and keyboard, and stalls told."""
