"""Real servers, a real Home Assistant, a simulated home and a person: for the demonstration and the tests."""
