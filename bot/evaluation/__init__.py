"""What answers are tried on: questions about the bundled sample, and attacks. It comes with the program."""
