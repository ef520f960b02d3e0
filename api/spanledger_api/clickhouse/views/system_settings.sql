SELECT name, value, changed, description, type, toUInt8(1) AS readonly FROM system.settings
