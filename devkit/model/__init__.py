"""The contracts' rules once more in Python: what each call must do, to the fri."""
