# Home Assistant 2026.10 answers `import voluptuous` with probatio; so does the type checker here.
from probatio import *
