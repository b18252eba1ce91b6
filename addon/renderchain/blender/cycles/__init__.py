"""What is asked of Cycles: devices, passes, tiles, exactness, final images."""
