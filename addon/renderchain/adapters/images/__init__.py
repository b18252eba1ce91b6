"""Reading what render processes leave: noisy passes, and what a frame's images hold."""
