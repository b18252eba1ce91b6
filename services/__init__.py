"""What runs beside a network, optional and trusted by nobody: each service is a loop around core and app."""
