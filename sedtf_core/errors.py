"""The one exception for what a user can cause: its message is the line that the user reads.

The command line prints it and exits with status 2; a page shows it. Anything else that is raised is a
programming error and keeps its traceback.
"""


class InputError(ValueError):
    """Input that cannot be used. The message says in one line what was wrong and what to do."""
