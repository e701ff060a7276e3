"""What both ends of the MQTT connection do alike: connect, prove identity, name troubles."""
