"""What a script tells the test that started it."""

import json
import traceback


class Report:
    """Which areas failed and how, and what of the API was exercised."""

    def __init__(self, exercised):
        self.exercised = exercised
        self.areas = {}

    def attempt(self, area, run, *arguments):
        """Runs an area; the others go on whatever becomes of it."""
        try:
            result = run(*arguments)
        except Exception:
            self.areas[area] = traceback.format_exc()
            return None
        self.areas[area] = None
        return result

    def print(self, **more):
        print(json.dumps({
            "areas": self.areas,
            "done": sorted(self.exercised.done),
            "errors": sorted(self.exercised.errors),
            **more,
        }))
