import pytest

from appliance.domain.box.schema_rule import BASELINE, compatible_from, only_adds
from appliance.domain.errors import BadInput

SCRIPTS = {f"{n:03}-add-one.sql": "CREATE TABLE t (x);" for n in range(1, BASELINE + 5)}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE moods (id INTEGER PRIMARY KEY, mood TEXT NOT NULL) STRICT;",
        "-- why\ncreate index i ON moods (mood);",
        "CREATE VIRTUAL TABLE words USING fts5 (word);",
        "ALTER TABLE requests ADD COLUMN mood TEXT;",
        "ALTER TABLE requests ADD mood TEXT NOT NULL DEFAULT '';",
    ],
)
def test_what_only_adds_disturbs_no_older_program(statement: str) -> None:
    assert only_adds(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE requests ADD COLUMN mood TEXT NOT NULL;",
        "ALTER TABLE requests DROP COLUMN text;",
        "ALTER TABLE requests RENAME COLUMN text TO words;",
        "DROP TABLE requests;",
        "CREATE UNIQUE INDEX i ON requests (phone);",
        "CREATE TRIGGER t AFTER INSERT ON requests BEGIN DELETE FROM requests; END;",
        "UPDATE requests SET text = '';",
        "DELETE FROM requests;",
    ],
)
def test_what_may_disturb_one_does_not_count_as_adding(statement: str) -> None:
    assert not only_adds(statement)


def test_programs_of_every_released_schema_live_with_what_only_adds() -> None:
    assert compatible_from(SCRIPTS) == BASELINE


def test_the_most_demanding_script_decides() -> None:
    names = list(SCRIPTS)
    changed = {
        **SCRIPTS,
        names[-2]: f"-- oldest program: {names[-3]}\nDROP TABLE t;",
        names[-1]: f"-- oldest program: {names[-5]}\nDROP TABLE u;",
    }
    assert compatible_from(changed) == len(names) - 2


def test_a_script_that_names_no_script_is_a_mistake() -> None:
    with pytest.raises(BadInput, match="no migration"):
        compatible_from({"001-x.sql": "-- oldest program: 007-bond.sql\n"})
