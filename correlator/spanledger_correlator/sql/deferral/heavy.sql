-- The roots in $scope that are known to be heavy.
SELECT Node FROM $scope
WHERE Node IN (SELECT reinterpretAsUInt128(sipHash128(toString(Tenant), toString(Type), Id)) FROM heavy_roots)
