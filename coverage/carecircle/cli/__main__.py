"""``python -m carecircle.cli``: the command where no script is installed."""

from carecircle.cli import main

main()
