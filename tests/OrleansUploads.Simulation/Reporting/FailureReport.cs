using System.Globalization;
using OrleansUploads.Simulation.Bugs;
using OrleansUploads.Simulation.Workload;
using OrleansUploads.Simulation.World;

namespace OrleansUploads.Simulation.Reporting;

/// <summary>What a person needs to understand a failure, the seed first.</summary>
internal static class FailureReport
{
    public static IEnumerable<string> Of(Outcome failure, Func<PlantedBug>? bug = null)
    {
        yield return $"seed {failure.Seed} breaks a promise: {failure.Violation}";
        yield return $"replay it with: ./simulate.sh --seed {failure.Seed}";
        yield return "";
        yield return "The world as drawn:";
        foreach (var line in failure.Options.Describe())
        {
            yield return line;
        }

        var shrinker = new Shrinker(failure.Seed, failure.Kind!, bug);
        var shrunk = shrinker.Shrink(failure);
        yield return "";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Shrunk in {shrinker.Runs} runs from {failure.Schedule.Steps} steps to {shrunk.Schedule.Steps}; it breaks: {shrunk.Violation}");
        yield return "";
        yield return "What still matters in the world:";
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
        yield return "What happened (time, where, what):";
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
                ? "  (everything settles and is looked at)"
                : $"  (everything settles and is looked at; then {chapter.LeapAfter} pass)";
        }
    }
}
