internal import Delivery

/// A way to tell people of an alert.
protocol Channel: Sendable {}
