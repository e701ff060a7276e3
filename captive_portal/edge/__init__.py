"""What stands between the phones and the portal: nginx and dnsmasq, as files rendered for them."""
