"""What can be set about devices, and what is meant by somebody who sets it."""
