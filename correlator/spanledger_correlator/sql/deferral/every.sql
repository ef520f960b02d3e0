SELECT Node FROM $scope
