CREATE OR REPLACE TEMPORARY TABLE $into
(
    Tenant String, Process String, RootType String, OriginType String, OriginId String, RootId String,
    Carrier String
)
ENGINE = Memory
