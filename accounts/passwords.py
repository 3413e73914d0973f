"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with OWASP's 19 MiB, two passes, one lane.

    Django takes 100 MiB and eight lanes: anybody could make a web process with 16 threads take 1.6 GB by signing in.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
