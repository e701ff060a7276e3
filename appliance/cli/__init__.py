"""The commands of `posko`, one module per concern; each has `add(subcommands)`."""
