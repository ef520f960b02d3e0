-- What the hop before this one reached, and may lead further.
SELECT * FROM work_walk WHERE Lap = {lap:UInt16} AND Depth + 1 = {depth:UInt8} AND Rank > 0
