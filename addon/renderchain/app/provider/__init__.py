"""What a provider does besides rendering: joining, staking, offering, looking, leaving."""
