"""Print the dependencies of setup.cfg, one a line, with those of the extras named as arguments.

For an environment that has them without the package itself.
"""

import configparser
import sys
from pathlib import Path

config = configparser.ConfigParser()
config.read(Path(__file__).resolve().parent.parent / "setup.cfg", encoding="utf-8")
lists = [config["options"]["install_requires"], *(config["options.extras_require"][extra] for extra in sys.argv[1:])]
sys.stdout.write("\n".join(line for text in lists for line in text.strip().splitlines()) + "\n")
