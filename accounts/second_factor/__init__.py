"""The second factor of whoever signs in at the desk: an authenticator app, and backup codes for the day it is lost."""
