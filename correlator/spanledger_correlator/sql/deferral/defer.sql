INSERT INTO work_deferred SELECT Tenant, Type, Id, Node FROM $scope WHERE Node IN $which
