"""``python -m payback``."""

from payback.cli import main

main()
