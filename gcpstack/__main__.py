"""``python -m gcpstack`` is the command."""

from gcpstack._cli.main import entry

if __name__ == "__main__":
    entry()
