"""Both sides of an audit: the prover that answers for its leaves, the verifiers that render them again."""
