from modem import operators
from modem.events import Health, ModemState
from modem.roster import Roster

READY, LOST = ModemState.READY, ModemState.NO_NETWORK


def test_numbers_are_left_to_the_modem_of_their_operator_while_it_is_well():
    roster = Roster(["a", "b"])
    roster.state("a", Health(state=READY, operator="51010"))
    roster.state("b", Health(state=READY, operator="51011"))
    assert "+62817" in roster.left_to_others("a")
    assert "+62812" in roster.left_to_others("b")
    assert "+62812" not in roster.left_to_others("a")
    roster.state("b", Health(state=LOST, operator="51011"))
    assert roster.left_to_others("a") == ()


def test_two_sims_of_one_operator_share_its_numbers():
    roster = Roster(["a", "b"])
    for name in ("a", "b"):
        roster.state(name, Health(state=READY, operator="51010"))
    assert roster.left_to_others("a") == ()


def test_modem_that_is_alone_or_foreign_leaves_nothing():
    assert Roster(["a"]).left_to_others("a") == ()
    roster = Roster(["a", "b"])
    roster.state("b", Health(state=READY, operator="31026"))
    assert roster.left_to_others("a") == ()


def test_operators_are_known_by_network_and_no_range_is_twice():
    assert operators.of_network("51001").name == "Indosat"
    ranges = [digits for operator in operators.OPERATORS for digits in operator.ranges]
    assert len(ranges) == len(set(ranges))
