-- By which version of the tables a request was routed, and who else is said to answer for it.

ALTER TABLE requests ADD COLUMN routing_version INTEGER;
ALTER TABLE requests ADD COLUMN destination TEXT CHECK (length(destination) <= 40);
