-- Ways to texts and parts that grow with the years. Partial, so that a receipt and an SMS of one part
-- write nothing more.

CREATE INDEX texts_questions ON texts (request_id) WHERE purpose = 'question';
CREATE INDEX texts_to_officials ON texts (recipient, request_id) WHERE purpose = 'forward';
CREATE INDEX sms_parts_joined ON sms_parts (concat_key, sms_id)
    WHERE concat_key IS NOT NULL AND sms_id IS NOT NULL;

-- When a part of a longer message came, by a clock that nobody sets; empty for a message of one part.
ALTER TABLE sms_parts ADD COLUMN boot_id TEXT;
ALTER TABLE sms_parts ADD COLUMN mono_ms INTEGER;

-- Each SIM counts its own messages (TP-MR): the modem that a status report came to.
ALTER TABLE early_reports ADD COLUMN modem TEXT;
