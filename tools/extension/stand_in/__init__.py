"""Hash and signatures of Starknet in Python, under the name by which starknet-py asks for a C library."""
