namespace OrleansUploads.Simulation.Bugs;

/// <summary>A planted bug.</summary>
internal sealed record BugCase(string Name, int Seeds, Func<PlantedBug> Plant)
{
    /// <summary>Plays a seed with a bug and returns the promise that was broken, or null.</summary>
    public Func<ulong, Func<PlantedBug>, string?> Play { get; init; } =
        (seed, bug) => Simulation.Run(seed, new Coverage(), bug).Violation;

    /// <summary>The seed that is known to find the bug, or null.</summary>
    public ulong? RecordedSeed => RecordedSeeds.Of(Name);

    /// <summary>Finds the bug with the recorded seed or, if it is not found there any more, by a hunt.</summary>
    public FoundBug? Find() => RecordedSeed is { } seed && Play(seed, Plant) is { } violation ? new FoundBug(seed, violation) : Hunt();

    /// <summary>Plays the seeds from 1 until one finds the bug. Null if none within the bound does.</summary>
    public FoundBug? Hunt()
    {
        for (var seed = 1UL; seed <= (ulong)Seeds; seed++)
        {
            if (Play(seed, Plant) is { } violation)
            {
                return new FoundBug(seed, violation);
            }
        }

        return null;
    }
}

internal sealed record FoundBug(ulong Seed, string Violation);
