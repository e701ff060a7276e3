"""What both ends of the MQTT connection do alike: connect, prove who they are, say what is wrong."""
