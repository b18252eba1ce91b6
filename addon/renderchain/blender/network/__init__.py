"""Commands of those who deploy and own a network; none of them needs bpy."""
