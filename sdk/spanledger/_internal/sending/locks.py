"""A lock on a whole file that ends with the process, where the system has one."""

import sys

if sys.platform == "win32":

    def lock_whole(descriptor: int) -> bool:
        """There is none here: two processes may send the same file, and the collector counts its spans once."""
        del descriptor
        return True

else:
    import fcntl

    def lock_whole(descriptor: int) -> bool:
        """Lock the file, open for writing, for this process; whether no other has it. A child does not inherit it."""
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
