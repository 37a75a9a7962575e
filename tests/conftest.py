"""Settings for all tests."""

from hypothesis import HealthCheck, settings

# Time limits for single examples only make slow machines fail.
settings.register_profile(
    "default",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("default")
