namespace OrleansUploads.Simulation.Workload;

/// <summary>Everything that clients and nemesis will try, as data: it can be printed, and cut down while it still fails.</summary>
internal sealed record Schedule(IReadOnlyList<Chapter> Chapters, IReadOnlyList<IReadOnlyList<Content>> Plans)
{
    public int Steps => Chapters.Sum(chapter => chapter.Steps.Count);
}

/// <summary>Steps that run at once, client by client; then everything settles and time leaps.</summary>
internal sealed record Chapter(IReadOnlyList<Step> Steps, TimeSpan LeapAfter);

/// <summary>One line of a schedule.</summary>
/// <param name="Actor">Which client; <see cref="Nemesis"/> for what happens to the hosts.</param>
/// <param name="Pause">Time since the actor's last step.</param>
internal abstract record Step(int Actor, TimeSpan Pause)
{
    public const int Nemesis = -1;

    /// <summary>A client's operation. It goes to one host first, and is repeated on the next one until the attempts are used
    /// up; when the client stops waiting it hangs up, or not.</summary>
    internal sealed record Ask(
        int Actor, TimeSpan Pause, Operation Operation, int Attempts, int Host, TimeSpan Timeout, bool HangsUp)
        : Step(Actor, Pause);

    internal sealed record Crash(TimeSpan Pause, int Host, TimeSpan Downtime) : Step(Nemesis, Pause);

    internal sealed record Wake(TimeSpan Pause, int Host) : Step(Nemesis, Pause);

    internal sealed record Collect(TimeSpan Pause, int Host, TimeSpan Grace) : Step(Nemesis, Pause);

    /// <summary>The machines are suspended for a while.</summary>
    internal sealed record Suspend(TimeSpan Pause, TimeSpan For) : Step(Nemesis, Pause);

    internal sealed record FillDisk(TimeSpan Pause, TimeSpan For) : Step(Nemesis, Pause);
}
