"""``python -m jevons`` is the command ``jevons``."""

from jevons.cli import main

if __name__ == "__main__":
    main()
