"""The receipt of a job: what was ordered, who delivered what, how it was judged and what was paid.

``document`` is what it holds, ``history`` makes it of what a board told, and ``checks`` says what can be
told of it offline.
"""
