namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>Something that happens to a cluster under load.</summary>
/// <param name="Kind">What happens, as the report calls it.</param>
/// <param name="InjectAsync">Lets it happen, to the silo with a number if it happens to one, and returns when all silos are ready
/// again.</param>
internal sealed record Disturbance(string Kind, Func<int, Task> InjectAsync)
{
    /// <summary>Repairs what the silos serve without.</summary>
    public Func<Task> RepairAsync { get; init; } = static () => Task.CompletedTask;

    /// <summary>Whether no silo serves meanwhile.</summary>
    public bool StopsAll { get; init; }

    /// <summary>Whether clients must not notice it.</summary>
    public bool IsSeamless { get; init; }

    /// <summary>How long it may last until all silos are ready again. The machine may be busy.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(2);
}
