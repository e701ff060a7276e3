"""How AT+CMEE=2 words error codes (27.005 3.2.5, 27.007 9.2, 24.011 annex E)."""

TEXTS = {
    "+CME": {
        3: "operation not allowed",
        10: "SIM not inserted",
        11: "SIM PIN required",
        12: "SIM PUK required",
        13: "SIM failure",
        14: "SIM busy",
        16: "incorrect password",
        30: "no network service",
        100: "unknown",
    },
    "+CMS": {
        1: "Unassigned (unallocated) number",
        8: "Operator determined barring",
        10: "Call barred",
        21: "Short message transfer rejected",
        27: "Destination out of service",
        28: "Unidentified subscriber",
        29: "Facility rejected",
        30: "Unknown subscriber",
        38: "Network out of order",
        41: "Temporary failure",
        42: "Congestion",
        47: "Resources unavailable, unspecified",
        50: "Requested facility not subscribed",
        302: "operation not allowed",
        303: "operation not supported",
        304: "invalid PDU mode parameter",
        310: "SIM not inserted",
        311: "SIM PIN required",
        314: "SIM busy",
        316: "SIM PUK required",
        321: "invalid memory index",
        322: "memory full",
        330: "SMSC address unknown",
        331: "no network service",
        332: "network timeout",
        340: "no +CNMA acknowledgement expected",
        500: "unknown error",
    },
}


def worded(family: str, code: int) -> str:
    """Return the words of a code."""
    return TEXTS[family].get(code, "unknown error")
