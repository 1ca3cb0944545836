"""Lines of people who do not know the bot's words yet, in a home with more than one of most things."""

from homes import answer, sent
import pytest
from strangers_home import strangers
