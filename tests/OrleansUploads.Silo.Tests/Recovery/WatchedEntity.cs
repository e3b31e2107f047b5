namespace OrleansUploads.Silo.Tests.Recovery;

/// <summary>An entity of a cluster that a test asks through any silo.</summary>
/// <param name="Name">What a report calls it.</param>
/// <param name="AskAsync">Asks the entity once through a silo. Throws <see cref="OrleansUploads.Client.Models.GlacierException"/> or
/// <see cref="HttpRequestException"/> if it does not answer, or not with a success.</param>
internal sealed record WatchedEntity(string Name, Func<SiloClient, CancellationToken, Task> AskAsync);

/// <summary>How long an entity took to answer.</summary>
/// <param name="Entity">The entity.</param>
/// <param name="Silo">The number of the silo through which it was asked.</param>
/// <param name="AskedAt">When it was asked, since the first silo was ready.</param>
/// <param name="Waited">The time from the question to the answer, with all repetitions.</param>
/// <param name="Failures">The answers that were no success, and the cut connections, before the answer.</param>
internal sealed record EntityAnswer(string Entity, int Silo, TimeSpan AskedAt, TimeSpan Waited, IReadOnlyList<string> Failures)
{
    public override string ToString() =>
        $"{Entity}, asked through silo {Silo} {AskedAt.TotalSeconds:F1} s after the first silo was ready, answered after "
        + $"{Waited.TotalSeconds:F1} s ({Failures.Count} failures{(Failures.Count > 0 ? $", the last: {Failures[^1]}" : "")})";
}
