"""What Prometheus reads: what the processes of this machine have counted, and what the database and the broker say."""
