"""The command center: the city's side of the protocol, its casework and its pages.

It imports `appliance.domain` (the contract) and `web` (the look), never the box's store or actions.
"""
