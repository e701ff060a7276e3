"""The bridge to SP4N-LAPOR! (docs/lapor.md): requests and news of them both ways, by ids of both.

`words`, `messages` and `export` are pure, `client` is the edge to their side, `bridge` the loop.
"""
