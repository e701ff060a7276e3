"""How long to wait before the next attempt to connect, and whom to suspect; pure.

Two rules, and the longer wait of the two holds:

- Full jitter: anything between nothing and a ceiling that doubles with each failure, so that the
  boxes of a city do not come back in step. A broker that has had our CONNECT for a while and then
  hangs up is likely to let us in soon: that does not double it, a few times. Being let in proves
  little: only a connection that lasted forgets the failures before it.
- A pace: over time at most one connection in ten seconds is let in. Two machines with one client id
  throw each other out for ever, each at the moment when the other returns; this is what keeps them
  from doing it at full speed. As many connections as an innocent client may need are free.

MQTT 3.1.1 does not tell who is thrown out why. Another machine with our client id is known by what
it does again and again: the broker serves us, closes the connection, and lets us in at the very
next attempt. A broker that dies does so seldom; its port refuses, or another node hangs up before
it serves. So a client that was served and thrown out waits little, until it has happened more often
than dying nodes explain; then it is named, and the ceiling doubles as with any failure.
"""

from dataclasses import dataclass, replace

FIRST_CEILING_S = 1.0
SHORTEST_S = 0.1
SPREAD_S = 0.25
"""Between those whom a broker turned away together after it had let them wait. Longer would cost a
cluster's clients an attempt: NATS holds a CONNECT for 4 s, and its election ends within 9 s."""
HELD_S = 0.5
"""A broker that has had our CONNECT for so long and then hangs up was waiting itself: for a leader,
or for the end of our last connection."""
HELD_AT_MOST = 8
"""So many of these do not double the ceiling. NATS holds a CONNECT for 4 s while it elects, and for
1 s at a time while it tries, for 4 s, to store the last will of the connection before."""
LASTING_S = 30.0
"""A connection that lived shorter does not reset the back-off."""
PACE_S = 10.0
"""Between two connections that are let in, on average."""
THROWN_OUT_BY_NODES = 6
"""Three nodes that die in turn, and once more each when the others elect (measured on NATS)."""
UNDISPUTED_S = 90.0
"""A connection this old has outlived every wait of another machine (`longest_s`)."""
ASK_AGAIN_S = 5.0
LONGEST_ASK_AGAIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """What the last attempts and connections came to; times are monotonic seconds."""

    longest_s: float = 60.0
    failures: int = 0
    """In a row since the last connection that lasted."""
    held: int = 0
    """Of these, the attempts that do not double the ceiling."""
    thrown_out: int = 0
    """Connections in a row that ended as if another machine had come with our client id."""
    paced_until_s: float = float("-inf")
    """When the connections so far will have been spread out to the pace."""

    def accepted(self, now_s: float) -> "Backoff":
        """The broker has let us in."""
        return replace(self, paced_until_s=max(self.paced_until_s, now_s) + PACE_S)

    def lasting(self) -> "Backoff":
        """The connection has lived for LASTING_S."""
        return replace(self, failures=0, held=0)

    def failed(self, *, held_s: float = 0.0) -> "Backoff":
        """We were not let in, or not served: another machine does not cause that.

        `held_s`: for how long the broker had our CONNECT until it hung up.
        """
        held = self.held + (held_s >= HELD_S and self.held < HELD_AT_MOST)
        return replace(self, failures=self.failures + 1, held=held, thrown_out=0)

    def lost(self, lived_s: float, *, was_thrown_out: bool) -> "Backoff":
        """A connection that had been let in is gone.

        `was_thrown_out`: the broker had served us and closed the connection by itself.
        """
        if not was_thrown_out:
            known = self.lasting() if lived_s >= LASTING_S else self
            return known.failed()
        if lived_s >= UNDISPUTED_S:
            return replace(self, failures=1, held=0, thrown_out=0)
        thrown_out = self.thrown_out + (lived_s < LASTING_S)
        state = replace(self, held=0, thrown_out=thrown_out)
        return replace(state, failures=self.failures + 1 if state.is_disputed else 1)

    def wait_s(self, now_s: float, chance: float, *, tried_s: float = 0.0) -> float:
        """The wait before the next attempt; `chance` is uniform in [0, 1).

        `tried_s`: how long the last attempt took until it failed, which counts as waited.
        """
        doublings = min(max(self.failures - self.held - 1, 0), 16)
        ceiling_s = min(self.longest_s, FIRST_CEILING_S * 2.0**doublings)
        pace_s = self.paced_until_s - THROWN_OUT_BY_NODES * PACE_S - now_s
        rest_s = max(ceiling_s * chance - tried_s, SPREAD_S * chance)
        return max(SHORTEST_S, rest_s, pace_s)

    @property
    def is_disputed(self) -> bool:
        """Whether somebody else is likely to use our client id."""
        return self.thrown_out > THROWN_OUT_BY_NODES


def ask_again_s(refusals: int, chance: float) -> float:
    """The wait before a subscription is asked for again that was refused so many times in a row."""
    ceiling_s = min(LONGEST_ASK_AGAIN_S, ASK_AGAIN_S * 2.0 ** min(refusals, 16))
    return ceiling_s * (0.8 + 0.4 * chance)
