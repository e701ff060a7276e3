"""What `add_subparsers` gives: the place where each part of the command line adds its own."""

import argparse
from typing import TypeAlias

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
