namespace OrleansUploads.Simulation.Reporting;

internal static class FailureReport
{
    public static IEnumerable<string> Of(Outcome failure, Func<PlantedBug>? bug = null)
    {
        yield return $"seed {failure.Seed} violates a promise: {failure.Violation}";
        yield return $"Replay: ./simulate.sh --seed {failure.Seed}";
        yield return "";
        yield return "Generated world:";
        foreach (var line in failure.Options.Describe())
        {
            yield return line;
        }

        var shrinker = new Shrinker(failure.Seed, failure.Kind!, bug);
        var shrunk = shrinker.Shrink(failure);
        yield return "";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Shrunk in {shrinker.Runs} runs from {failure.Schedule.Steps} steps to {shrunk.Schedule.Steps}; violation: {shrunk.Violation}");
        yield return "";
        yield return "World options that are still needed for the failure:";
        foreach (var (line, ordinary) in shrunk.Options.Describe().Zip(new SwarmOptions().Describe()))
        {
            if (line != ordinary)
            {
                yield return line;
            }
        }

        yield return "";
        yield return "The schedule:";
        foreach (var line in Of(shrunk.Schedule))
        {
            yield return line;
        }

        yield return "";
        yield return "Trace (time, place, event):";
        foreach (var line in shrunk.Trace.Lines)
        {
            yield return line;
        }
    }

    public static IEnumerable<string> Of(Schedule schedule)
    {
        for (var upload = 0; upload < schedule.Plans.Count; upload++)
        {
            yield return $"  upload {upload} is planned as {string.Join(" ", schedule.Plans[upload])}";
        }

        foreach (var chapter in schedule.Chapters)
        {
            foreach (var step in chapter.Steps)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture, $"  +{step.Pause.TotalSeconds,8:F3}s  {RequestText.Of(step)}");
            }

            yield return chapter.LeapAfter == TimeSpan.Zero
                ? "  (wait until everything settles, then check)"
                : $"  (wait until everything settles, then check; then {chapter.LeapAfter} pass)";
        }
    }
}
