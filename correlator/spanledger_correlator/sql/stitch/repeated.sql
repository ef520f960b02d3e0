-- How many attachments stand there more than once. The lower half of Age is the span's identity.
SELECT count() - uniqExact(Tx, toUInt128(Age)) FROM $attached
