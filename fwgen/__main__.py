import sys

from fwgen.cli.main import main

sys.exit(main())
