SELECT '$public' AS name, 'Atomic' AS engine, '' AS comment
