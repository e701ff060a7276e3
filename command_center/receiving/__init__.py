"""What boxes say: from an MQTT message to rows of the city, and the answer that they are stored."""
