"""A RenderChain network on this machine: devnet, Kubo, contracts, funded accounts."""
