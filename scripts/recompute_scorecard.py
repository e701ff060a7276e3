"""Compute the report card again from exported events, with nothing of Posko's.

usage: python3 recompute_scorecard.py EVENTS.json    prints what FIGURES.json must say
Times are milliseconds UTC; days are counted in WIB. What the words mean: docs/scorecard.md.
"""

# ruff: noqa: ANN401  (plain JSON goes in)
import json
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

DAY, WIB = 86_400_000, 7 * 3_600_000
FINISHED = ("selesai", "ditutup")
HOLIDAYS: set[str] = set()


def day_of(ms: int) -> int:
    return (ms + WIB) // DAY


def is_working(n: int) -> bool:
    day = date(1970, 1, 1) + timedelta(n)
    return day.weekday() < 5 and day.isoformat() not in HOLIDAYS


def last_day(since: int, days: int, pauses: Any = ()) -> int:
    left, n = days * DAY, day_of(since)
    while left > 0:
        if is_working(n):
            begin, end = max(since, n * DAY - WIB), (n + 1) * DAY - WIB
            left -= end - begin
            for p, q in sorted(pauses):  # each moment counts once
                left += max(0, min(q, end) - max(p, begin))
                begin = max(begin, min(q, end))
            if left <= 0:
                return n
        n += 1
    return n


def judged(case: Any, moves: Any, until: int) -> tuple[bool | None, bool | None, int | None, bool]:
    """Answered in time, ended in time (None: neither yet), days to the end, reopened."""
    came, status, today = moves[0]["at_ms"], moves[-1]["status"], day_of(until)
    answers = [m["at_ms"] for m in moves[1:] if m["status"] not in ("diterima", "dibuka_lagi")]
    last = last_day(came, case["respond_days"])
    in_time = day_of(answers[0]) <= last if answers else False if today > last else None
    reopened = any(
        a["status"] in FINISHED and b["status"] == "dibuka_lagi" for a, b in pairwise(moves)
    )
    nexts = [m["at_ms"] for m in moves[1:]] + [until]
    asked = [(m["at_ms"], q) for m, q in zip(moves, nexts, strict=True) if m["at_ms"] < q
             and m["status"] == "butuh_kelengkapan"]  # fmt: skip
    last = last_day(came, case["finish_days"], asked)
    n = len(moves)
    while n and moves[n - 1]["status"] in FINISHED:
        n -= 1
    end = day_of(moves[n]["at_ms"]) if status in FINISHED else today
    is_well = end <= last if status in FINISHED else False if end > last else None
    is_well = None if status == "diarsipkan" else False if reopened else is_well
    days = sum(map(is_working, range(day_of(came) + 1, end + 1))) if status in FINISHED else None
    return in_time, is_well, days, reopened


def straight(case: Any) -> Any:
    """The moves without mass endings, counted from the first filing."""
    moves, dropped = [], None
    for move in case["moves"]:
        if move["is_mass"]:
            dropped = move["status"]
        elif move["status"] not in (dropped, "ditutup"):
            dropped = None
        if dropped is None:
            moves.append(move)
    return [moves[0] | {"at_ms": case["first_filed_ms"] or moves[0]["at_ms"]}, *moves[1:]]


def card(cases: Any, since: int, until: int) -> dict[str, Any]:
    """The figures of each agency; the first report of a matter counts, the others do not."""
    first: dict[int, Any] = {}
    for case, moves in sorted(cases, key=lambda c: (c[1][0]["at_ms"], c[0]["case"])):
        known = first.get(case["matter"])
        is_merged = moves[-1]["status"] == "gabungan"
        if not known or (known[1][-1]["status"] == "gabungan" and not is_merged):
            first[case["matter"]] = case, moves
    found: dict[str, list[Any]] = {}
    for case, moves in first.values():
        if moves[-1]["status"] != "gabungan" and since <= moves[0]["at_ms"] <= until:
            found.setdefault(case["agency"], []).append((case, moves))
    return {agency: figures(own, until) for agency, own in found.items()}


def figures(cases: Any, until: int) -> dict[str, Any]:
    own = [(c, moves) for c, moves in cases if moves[-1]["status"] != "bukan_wewenang"]
    results = [judged(case, moves, until) for case, moves in own]
    answers = [in_time for in_time, _, _, _ in results if in_time is not None]
    ends = [is_well for _, is_well, _, _ in results if is_well is not None]
    days = [number for _, _, number, _ in results if number is not None]
    return {
        "count": len(own),
        "answered": len(answers),
        "in_time": sum(answers),
        "to_finish": len(ends),
        "finished_in_time": sum(ends),
        "median_days": median(days) if days else None,
        "not_ours": len(cases) - len(own),
        "archived": sum(moves[-1]["status"] == "diarsipkan" for _, moves in own),
        "reopened": sum(r[3] for r in results),
    }


def quality(f: Any) -> Any:
    days = float("inf") if f["median_days"] is None else f["median_days"]
    return -f["finished_in_time"] / f["to_finish"], -f["in_time"] / f["answered"], days


def main(given: Any) -> list[dict[str, Any]]:
    HOLIDAYS.clear()
    HOLIDAYS.update(given["holidays"])
    period, empty = (given["since_ms"], given["until_ms"]), figures([], 0)
    raw = card([(c, c["moves"]) for c in given["cases"]], *period)
    kept = [c for c in given["cases"] if not (c["is_burst"] or c["is_superseded"])]
    shown = card([(c, straight(c)) for c in kept], *period)
    enough = [f for f in shown.items() if min(f[1]["answered"], f[1]["to_finish"])
              >= given["ranked_from"]]  # fmt: skip
    keys = {agency: quality(f) for agency, f in enough}
    ranks = {a: 1 + sum(other < key for other in keys.values()) for a, key in keys.items()}
    rows = [{"agency": a, "rank": ranks.get(a), "figures": shown.get(a, empty),
             "with_flagged": raw.get(a, empty)} for a in {*given["agencies"], *raw}]  # fmt: skip
    rows.sort(key=lambda r: (r["rank"] or 1e9, -r["figures"]["count"], r["agency"]))
    return rows


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), indent=1))
