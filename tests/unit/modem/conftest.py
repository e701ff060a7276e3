"""A machine that is ready, over a modem that hears whole lines or single bytes."""

import pytest

from tests.sim.rig import Rig


@pytest.fixture(params=[False, True], ids=["whole", "bytewise"])
def rig(request):
    rig = Rig(is_bytewise=request.param)
    rig.run_until_ready()
    return rig
