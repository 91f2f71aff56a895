"""A run that a person watches: at a pace for people, with the service's socket for the screen."""
