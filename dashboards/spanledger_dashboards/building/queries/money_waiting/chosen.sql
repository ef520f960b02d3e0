AND $__conditionalAll(Process IN (${process:singlequote}), $process)
AND $__conditionalAll(Owner IN (${owner:singlequote}), $owner)
AND $__conditionalAll(LegalEntity IN (${legal_entity:singlequote}), $legal_entity)
