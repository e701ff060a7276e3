"""Staff of the city: accounts and roles, who sees what, and the trail of what they do.

`roles` is pure; `accounts` and `logging_in` change the database; `guard` stands before the pages.
"""
