-- Nothing has been walked yet. Lap tells the walks of one evaluation apart.
CREATE OR REPLACE TEMPORARY TABLE work_walk
(
    Lap UInt16, No UInt64, Origin UInt128, Tenant String, Type String, CanonicalNode UInt128, CanonicalId String,
    Node UInt128, Id String, Rank UInt16, Depth UInt8, Carrier String
)
ENGINE = Memory
