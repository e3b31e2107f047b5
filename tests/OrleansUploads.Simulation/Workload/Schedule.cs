namespace OrleansUploads.Simulation.Workload;

/// <summary>Everything that the clients and the nemesis will do, as data that can be printed and shrunk.</summary>
internal sealed record Schedule(IReadOnlyList<Chapter> Chapters, IReadOnlyList<IReadOnlyList<Content>> Plans)
{
    public int Steps => Chapters.Sum(chapter => chapter.Steps.Count);
}

/// <summary>Steps of concurrent clients. After them, everything settles and time leaps.</summary>
internal sealed record Chapter(IReadOnlyList<Step> Steps, TimeSpan LeapAfter);

/// <summary>One line of a schedule.</summary>
/// <param name="Actor">The client's number, or <see cref="Nemesis"/> for faults of the hosts.</param>
/// <param name="Pause">Time since the actor's last step.</param>
internal abstract record Step(int Actor, TimeSpan Pause)
{
    public const int Nemesis = -1;

    /// <summary>A client's operation. The first attempt goes to the given host, each further one to the next host. After the
    /// timeout, the client disconnects or leaves the request running.</summary>
    internal sealed record Ask(
        int Actor, TimeSpan Pause, Operation Operation, int Attempts, int Host, TimeSpan Timeout, bool HangsUp)
        : Step(Actor, Pause)
    {
        /// <summary>Whether the client goes on at once after the timeout. Usually it waits a little before its next step.</summary>
        public bool GoesOn { get; init; }
    }

    internal sealed record Crash(TimeSpan Pause, int Host, TimeSpan Downtime) : Step(Nemesis, Pause);

    internal sealed record Wake(TimeSpan Pause, int Host) : Step(Nemesis, Pause);

    internal sealed record Collect(TimeSpan Pause, int Host, TimeSpan Grace) : Step(Nemesis, Pause);

    /// <summary>The machines are suspended for a while.</summary>
    internal sealed record Suspend(TimeSpan Pause, TimeSpan For) : Step(Nemesis, Pause);

    internal sealed record FillDisk(TimeSpan Pause, TimeSpan For) : Step(Nemesis, Pause);
}
