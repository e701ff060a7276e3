"""Updates of the box itself (docs/updates.md): proven, on trial, taken back by themselves.

Runs as root and reads files of strangers, so it opens nothing that a release key has not signed.
"""
