"""The content store on IPFS: our own Kubo node, and HTTP gateways where it finds nothing."""
