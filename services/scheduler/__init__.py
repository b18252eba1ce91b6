"""A scheduler: gives leases of the jobs that name it to workers."""
