"""The HC-SR04 and its copies: an ultrasonic sensor with a trigger and an echo pin."""
