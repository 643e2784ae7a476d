"""The command line. Modules are imported inside the commands: ``paperboy --help`` answers at once."""
