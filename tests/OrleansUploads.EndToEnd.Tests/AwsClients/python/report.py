"""The report that a script prints for the test that started it."""

import json
import traceback


class Report:
    """The result of each area, the operations that succeeded, and the errors that were provoked."""

    def __init__(self, exercised):
        self.exercised = exercised
        self.areas = {}

    def attempt(self, area, run, *arguments):
        """Runs an area and records its failure, so that the other areas still run."""
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
