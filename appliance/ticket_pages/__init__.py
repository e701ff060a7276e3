"""What portal and kiosk share: the pages of a ticket, and the words residents read about requests.

Knows the domain, the store and `web`. Deliberately does not know how a report is taken in: that is
each channel's own. The city's pages do not stand on it; they share the domain only.
"""
