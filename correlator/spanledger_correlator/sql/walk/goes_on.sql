-- Whether a hop reached anything that may lead further.
SELECT count() FROM $walk WHERE Depth = {depth:UInt8} AND $further
