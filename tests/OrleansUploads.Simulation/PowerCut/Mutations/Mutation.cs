using OrleansUploads.Cli.Serving;

namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary>A plausible durability mistake, as a layer around one of a server's stores.</summary>
/// <param name="Name">One word, for the command line.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Rounds">Number of rounds within which it must be noticed.</param>
/// <param name="Plant">Adds the mistake to a server.</param>
internal sealed record Mutation(string Name, string What, int Rounds, Func<ServerSeams, ServerSeams> Plant)
{
    /// <summary>Whether it does harm only if flushes fail.</summary>
    public bool NeedsFailingDisk { get; init; }
}
