"""The one exception that means: the user can put this right."""


class UserError(Exception):
    """Bad input or usage, said in one clear sentence.

    The command line prints it on stderr and exits with 2; the app shows it as a notification.
    """
