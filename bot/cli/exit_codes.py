"""What a command's exit code says; the contract of every script that calls one."""

DONE = 0
FAILED = 1
WRONG_CALL = 2
"""The call or the settings are wrong; every problem was named at once."""
INTERRUPTED = 130
"""Ctrl-C, or told to stop in the middle of one round."""
