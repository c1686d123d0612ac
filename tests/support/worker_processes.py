"""The processes in which a service of this process reads documents and imports."""

import psutil


def workers() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [each for each in children if ".worker" in " ".join(each.cmdline())]
