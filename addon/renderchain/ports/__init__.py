"""What the use cases need of the outside, one small Protocol each."""
