"""One module a command: NAME, add_arguments(parser), run(args, out)."""
