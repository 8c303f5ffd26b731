import sys

from gangmu.cli.main import main

sys.exit(main())
