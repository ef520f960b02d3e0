"""Process definitions: YAML files read, checked and refused with file and line; `loading` is where it begins."""
