INSERT INTO $into SELECT * FROM $source
