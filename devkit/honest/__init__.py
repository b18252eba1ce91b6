"""An honest worker against an honest verifier on one scene: what ``python -m devkit.honest`` measures."""
