namespace OrleansUploads.Simulation.Reporting;

/// <summary>Shortens a failing schedule and turns off faults, as long as the same kind of promise still breaks.</summary>
internal sealed class Shrinker(ulong seed, string kind, Func<PlantedBug>? bug)
{
    private const int MaxRuns = 3000;

    private static readonly SwarmOptions Ordinary = new();

    private int _runs;

    public int Runs => _runs;

    public Outcome Shrink(Outcome failure)
    {
        var best = failure;
        bool better;
        do
        {
            better = ShrinkSteps(ref best) | ShrinkOptions(ref best) | ShrinkLeaps(ref best);
        }
        while (better && _runs < MaxRuns);

        // Repeat the best run with trace lines.
        return Run(best.Options, best.Schedule, keepsLines: true) ?? best;
    }

    private bool ShrinkOptions(ref Outcome best)
    {
        var better = false;
        foreach (var option in typeof(SwarmOptions).GetProperties())
        {
            var options = best.Options with { };
            option.SetValue(options, option.GetValue(Ordinary));
            better |= options != best.Options && Try(options, best.Schedule, ref best);
        }

        return better;
    }

    private bool ShrinkSteps(ref Outcome best)
    {
        var better = false;
        for (var size = best.Schedule.Steps / 2; size > 0; size /= 2)
        {
            for (var from = best.Schedule.Steps - size; from >= 0; from -= size)
            {
                better |= Try(best.Options, Without(best.Schedule, from, size), ref best);
            }
        }

        return better;
    }

    private bool ShrinkLeaps(ref Outcome best)
    {
        var better = false;
        for (var chapter = best.Schedule.Chapters.Count - 1; chapter >= 0 && best.Schedule.Chapters.Count > 1; chapter--)
        {
            var chapters = best.Schedule.Chapters.ToList();
            chapters.RemoveAt(chapter);
            better |= Try(best.Options, best.Schedule with { Chapters = chapters }, ref best);
        }

        return better;
    }

    private bool Try(SwarmOptions options, Schedule schedule, ref Outcome best)
    {
        if (_runs >= MaxRuns || Run(options, schedule, keepsLines: false) is not { } failure)
        {
            return false;
        }

        best = failure;
        return true;
    }

    private Outcome? Run(SwarmOptions options, Schedule schedule, bool keepsLines)
    {
        _runs++;
        var outcome = Simulation.Run(seed, options, schedule, new Coverage(), bug, keepsLines);
        return outcome.Kind == kind ? outcome : null;
    }

    private static Schedule Without(Schedule schedule, int from, int count)
    {
        var chapters = new List<Chapter>();
        var number = 0;
        foreach (var chapter in schedule.Chapters)
        {
            var kept = new List<Step>();
            foreach (var step in chapter.Steps)
            {
                if (number < from || number >= from + count)
                {
                    kept.Add(step);
                }

                number++;
            }

            chapters.Add(chapter with { Steps = kept });
        }

        return schedule with { Chapters = chapters };
    }
}
