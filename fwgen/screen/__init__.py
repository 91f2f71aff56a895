"""The screen: a Qt Quick application that shows what the service offers on its local socket."""
