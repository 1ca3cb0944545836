"""The stream of one client, which lets pass what is bounded, asked for, or a contact's."""
